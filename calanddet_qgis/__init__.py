"""CALandDet for QGIS: finds landslides in orthophotos."""


def classFactory(iface):
    """Return the plugin."""
    from .plugin import CalandDetPlugin

    return CalandDetPlugin(iface)
