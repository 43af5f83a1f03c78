<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_Hans">
  <context>
    <name>calanddet_qgis</name>
    <message>
      <location filename="../../calanddet_qgis/algorithms/base.py" />
      <source>Detection</source>
      <translation>识别</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/base.py" />
      <source>Inventory</source>
      <translation>编目</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/base.py" />
      <source>Training and checkpoints</source>
      <translation>训练与模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Checkpoint information</source>
      <translation>模型文件信息</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Tells what a checkpoint is: its network, the bands and ground sampling distances it takes, its threshold, what it was trained on and on what terms, and how good it was on which data. Published .pt and .pth files are recognised as well.</source>
      <translation>说明模型文件的内容：网络、所需波段和地面采样距离、阈值、训练数据及其使用条款，以及在何种数据上达到何种精度。也能识别已发布的 .pt 和 .pth 文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>model,network,card,metadata,weights,accuracy</source>
      <translation>模型,网络,说明,元数据,权重,精度</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Page</source>
      <translation>说明页</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Architecture</source>
      <translation>架构</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Bands</source>
      <translation>波段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Licence</source>
      <translation>许可证</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Side of a tile [px]</source>
      <translation>图块边长 [像素]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Threshold</source>
      <translation>阈值</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Best ground sampling distance [m]</source>
      <translation>最佳地面采样距离 [m]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Least ground sampling distance [m]</source>
      <translation>最小地面采样距离 [m]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Largest ground sampling distance [m]</source>
      <translation>最大地面采样距离 [m]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>F1</source>
      <translation>F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>Numbers of the network</source>
      <translation>网络参数量</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_information.py" />
      <source>The page {} cannot be written ({}).</source>
      <translation>无法写入说明页 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Measured</source>
      <translation>评价</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Figure</source>
      <translation>指标</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Averaged</source>
      <translation>平均方式</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Data</source>
      <translation>数据</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Trained on</source>
      <translation>训练数据</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Terms</source>
      <translation>条款</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>any</source>
      <translation>任意</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>{} to {} m, best {} m</source>
      <translation>{} 至 {} 米，最佳 {} 米</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Ground sampling distance</source>
      <translation>地面采样距离</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Tile</source>
      <translation>图块</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>{} px a side</source>
      <translation>边长 {} 像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Weights</source>
      <translation>权重</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>{} numbers</source>
      <translation>{} 个参数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>File</source>
      <translation>文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Made</source>
      <translation>创建时间</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>not stated</source>
      <translation>未说明</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/checkpoint_page.py" />
      <source>Went on from</source>
      <translation>接续自</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Export training chips</source>
      <translation>导出训练样本</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Cuts images with known landslides into square chips, each an image and a mask (0 background, 1 landslide, 255 not known), for training here or elsewhere. They are written as image/, mask/, train.txt and val.txt.

The chips of val.txt come from other places than those of train.txt, so that none overlaps another across the lists. Training here does not need chips: it reads images with their landslides directly.</source>
      <translation>将滑坡已知的影像切成方形样本，每个样本含一幅影像和一幅掩膜（0 背景，1 滑坡，255 未知），供在此处或别处训练。写出 image/、mask/、train.txt 和 val.txt。

val.txt 与 train.txt 的样本取自不同地点，两个列表之间互不重叠。在此处训练并不需要样本：训练会直接读取影像及其滑坡。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>tiles,patches,dataset,labels,masks,deep learning,landslide</source>
      <translation>图块,样本,数据集,标签,掩膜,深度学习,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Overlap, share of a side</source>
      <translation>重叠，占边长的比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Share without a landslide</source>
      <translation>无滑坡样本的比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Share for val.txt</source>
      <translation>val.txt 的比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Side of a chip [px]</source>
      <translation>样本边长 [像素]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>The most of them; 1 keeps all.</source>
      <translation>其上限；1 表示全部保留。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Of the places; 0 writes train.txt only.</source>
      <translation>按地点计；0 表示只写 train.txt。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Format</source>
      <translation>格式</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Seed of what is random</source>
      <translation>随机种子</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Folder of the chips</source>
      <translation>样本文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Chips</source>
      <translation>样本</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Chips with a landslide</source>
      <translation>含滑坡的样本</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Chips left out</source>
      <translation>略去的样本</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>List to train on</source>
      <translation>训练列表</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>List to choose by</source>
      <translation>选择用列表</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>The folder {} already holds {}.</source>
      <translation>文件夹 {} 中已有 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/chips.py" />
      <source>Choose another one.</source>
      <translation>请选择其他栅格。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Evaluate against a reference layer</source>
      <translation>对照参考图层评价</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Compares detected landslides, polygons or a mask, with those of a reference layer. The result holds the polygons of both, each with what became of it: matched, split, merged, missed or false; its tables hold precision, recall and F1 by landslide and by area with their intervals, and recall by size.

Polygons match where they share the least overlap (intersection over union). Rejected polygons do not count. Where an area is given, nothing outside of it counts.</source>
      <translation>将识别出的滑坡（多边形或掩膜）与参考图层中的滑坡对比。结果包含两者的多边形及各自的判定：匹配、被分割、被合并、漏检或误检；其表格给出按滑坡和按面积的精确率、召回率和 F1 及其区间，以及按大小的召回率。

重叠度（交并比）达到最小值的多边形视为匹配。已拒绝的多边形不计入。给出区域时，区域以外不计入。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>accuracy,precision,recall,F1,IoU,validation,ground truth,landslide</source>
      <translation>精度,精确率,召回率,F1,交并比,验证,地面真值,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Detected landslides</source>
      <translation>识别出的滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>or their mask</source>
      <translation>或其掩膜</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Reference landslides</source>
      <translation>参考滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Area that was searched</source>
      <translation>识别过的区域</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Least overlap of a match (IoU)</source>
      <translation>匹配的最小重叠度（交并比）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Comparison</source>
      <translation>对比结果</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Either detected polygons or a mask is to be compared.</source>
      <translation>识别出的多边形和掩膜只能对比其一。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Choose one of the two.</source>
      <translation>请选择其中之一。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Matched</source>
      <translation>匹配</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Missed</source>
      <translation>漏检</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>False</source>
      <translation>误检</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Found in several parts</source>
      <translation>被分成多块识别</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Merged from several</source>
      <translation>由多块合并</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Precision by landslide</source>
      <translation>按滑坡的精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Recall by landslide</source>
      <translation>按滑坡的召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>F1 by landslide</source>
      <translation>按滑坡的 F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Precision by area</source>
      <translation>按面积的精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Recall by area</source>
      <translation>按面积的召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>F1 by area</source>
      <translation>按面积的 F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/compare.py" />
      <source>Mean distance of matched outlines [m]</source>
      <translation>匹配轮廓的平均距离 [m]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>Folder of images and masks</source>
      <translation>影像和掩膜文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>List files (train.txt)</source>
      <translation>列表文件（train.txt）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>Image</source>
      <translation>影像</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>All landslides of the image</source>
      <translation>影像中的全部滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>A published dataset: Bijie, CAS or Landslide4Sense, as it was unpacked.</source>
      <translation>解压后的公开数据集：Bijie、CAS 或 Landslide4Sense。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>An image a line; the masks lie in a folder mask beside the folder image.</source>
      <translation>每行一幅影像；掩膜位于 image 文件夹旁的 mask 文件夹中。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>No data with landslides is chosen.</source>
      <translation>未选择含滑坡的数据。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>Choose an image with its landslides, a folder of a dataset, or list files.</source>
      <translation>请选择影像及其滑坡、数据集文件夹或列表文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>Landslides are chosen, but no image.</source>
      <translation>选择了滑坡，但未选择影像。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>Choose the image that shows them.</source>
      <translation>请选择显示这些滑坡的影像。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>The landslides of the image {} are not chosen.</source>
      <translation>未选择影像 {} 的滑坡。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/datasets.py" />
      <source>Choose the layer of their outlines.</source>
      <translation>请选择其轮廓图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Detect landslides</source>
      <translation>识别滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Finds landslides in an orthophoto with a trained network and writes a probability raster, a mask and polygons with their attributes into a folder. Results that the folder already holds are replaced.

Without a threshold the checkpoint's own is taken, and without a minimum area that of ten pixels. The ground sampling distance is 'auto' (resampled where the checkpoint was trained for another), 'native' or metres a pixel. With an elevation model the polygons get slope, elevation and aspect.

Bands that another raster holds are named one a line, as nir=/path/to/file.tif:1; a file or folder whose bands are named is given as its path alone. Several checkpoints run as an ensemble: their mean probability counts, and a raster shows how far they disagree. Each further checkpoint takes its time again. Flips take four times as long, and a raster shows how far they lie apart.</source>
      <translation>使用训练好的网络在正射影像中查找滑坡，并将概率栅格、掩膜以及带属性的多边形写入一个文件夹。该文件夹中已有的结果会被替换。

未给出阈值时采用模型文件自身的阈值，未给出最小面积时采用十个像素的面积。地面采样距离可为 'auto'（模型针对其他距离训练时重采样）、'native' 或每像素的米数。提供数字高程模型时，多边形会带有坡度、高程和坡向。

位于其他栅格中的波段逐行给出，形如 nir=/path/to/file.tif:1；波段已命名的文件或文件夹只需给出路径。多个模型文件作为集成运行：以平均概率为准，并用一个栅格显示它们的分歧。每增加一个模型文件，耗时随之增加。翻转耗时为四倍，并用一个栅格显示各结果的离散程度。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>landslide,segmentation,deep learning,inventory,orthophoto,hazard</source>
      <translation>滑坡,分割,深度学习,编目,正射影像,灾害</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Area of interest</source>
      <translation>感兴趣区</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Results folder</source>
      <translation>结果文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Probability</source>
      <translation>概率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Mask</source>
      <translation>掩膜</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Disagreement</source>
      <translation>分歧</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Uncertainty</source>
      <translation>不确定性</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Landslides</source>
      <translation>滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Run parameters</source>
      <translation>运行参数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Number of landslides</source>
      <translation>滑坡数量</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Total area [m²]</source>
      <translation>总面积 [m²]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Bands of the image, in the checkpoint's order</source>
      <translation>影像波段，按模型文件的顺序</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Overlap</source>
      <translation>重叠</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Ground sampling distance: auto, native or metres</source>
      <translation>地面采样距离：auto、native 或米数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Left out, they are told by their names and colours.</source>
      <translation>留空则按其名称和颜色判断。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Bands of other rasters</source>
      <translation>其他栅格的波段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>One a line: band=path:number, or the path of a file or folder with named bands.</source>
      <translation>每行一个：波段=路径:编号，或波段已命名的文件或文件夹的路径。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Further checkpoints of an ensemble</source>
      <translation>集成的其他模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Each takes its time again; they have to take the same bands and tiles.</source>
      <translation>每一个都会增加相应的耗时；它们须使用相同的波段和图块。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Also see each tile mirrored (four times as long)</source>
      <translation>同时查看每个图块的镜像（耗时四倍）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Device</source>
      <translation>设备</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>'{}' is neither auto, native nor a number of metres.</source>
      <translation>“{}”既不是 auto、native，也不是米数。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect.py" />
      <source>Give metres a pixel, such as 0.5.</source>
      <translation>请给出米/像素数，如 0.5。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Detect landslides in several images</source>
      <translation>在多幅影像中检测滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Finds landslides in several images, or in all images of a folder, and writes one result of all: virtual mosaics of probability and mask over a file for each image, and one layer of polygons. Landslides that cross a border between images are one polygon, and where images overlap, the one whose end is farthest away counts. Images that cannot be read are skipped.

The bands are told by their names and colours.</source>
      <translation>在多幅影像或一个文件夹的全部影像中查找滑坡，并写成一个总结果：概率和掩膜的虚拟镶嵌（每幅影像一个文件），以及一个多边形图层。跨越影像边界的滑坡是一个多边形；影像重叠处，以边缘最远的那幅为准。无法读取的影像会被跳过。

波段由其名称和颜色判断。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Images</source>
      <translation>影像</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Or a folder of images</source>
      <translation>或影像文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Number of images</source>
      <translation>影像数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Number of images skipped</source>
      <translation>跳过的影像数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Both images and a folder of images are chosen.</source>
      <translation>同时选择了影像和影像文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/detect_many.py" />
      <source>Neither images nor a folder of images are chosen.</source>
      <translation>既未选择影像，也未选择影像文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Evaluate a checkpoint</source>
      <translation>评价模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Runs a checkpoint over images whose landslides are known and counts how much of them it finds: F1, IoU, precision and recall over all pixels and by landslide, with a page of figures and of the worst images.

The figures are honest only for images that the checkpoint was not trained on, and where the outlines hold all landslides of the image. Without a threshold the checkpoint's own is taken.</source>
      <translation>在滑坡已知的影像上运行模型文件，统计识别出多少：所有像素及按滑坡的 F1、交并比、精确率和召回率，并附图表和最差影像的报告页。

只有当影像未用于训练该模型文件、且轮廓包含影像中的全部滑坡时，指标才可信。未指定阈值时使用模型文件自带的阈值。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>accuracy,F1,IoU,precision,recall,test,validation,landslide</source>
      <translation>精度,F1,交并比,精确率,召回率,测试,验证,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Folder of the report</source>
      <translation>报告文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Report</source>
      <translation>报告</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>F1 over all pixels</source>
      <translation>所有像素的 F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>IoU over all pixels</source>
      <translation>所有像素的交并比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Precision over all pixels</source>
      <translation>所有像素的精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Recall over all pixels</source>
      <translation>所有像素的召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>F-score of the outlines</source>
      <translation>轮廓的 F 值</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/evaluate.py" />
      <source>Calibration error</source>
      <translation>校准误差</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>There is no polygon layer to read.</source>
      <translation>没有可读取的多边形图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>Choose one that can be opened.</source>
      <translation>请选择可以打开的图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>The layer {} does not hold polygons.</source>
      <translation>图层 {} 不是多边形图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>Choose a layer of polygons.</source>
      <translation>请选择多边形图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>The layer {} is empty.</source>
      <translation>图层 {} 为空。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>Choose another, or clear its filter.</source>
      <translation>请选择其他图层，或清除其过滤器。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>The polygons of {} cannot be written to {} ({}).</source>
      <translation>{} 的多边形无法写入 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>Free space on the disk, or save the layer to a GeoPackage yourself.</source>
      <translation>请释放磁盘空间，或自行将图层保存为 GeoPackage。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>The filter leaves nothing of the layer {}.</source>
      <translation>过滤后图层 {} 中没有剩余要素。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>Choose another filter.</source>
      <translation>请选择其他过滤条件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>No feature of the layer {} is selected.</source>
      <translation>图层 {} 中没有选中的要素。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/features.py" />
      <source>Select some, or use all features.</source>
      <translation>请选择一些要素，或使用全部要素。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>The raster {} cannot be opened.</source>
      <translation>无法打开栅格 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>There is no place for the results.</source>
      <translation>没有指定结果的位置。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>Choose a file or folder for them.</source>
      <translation>请为结果选择文件或文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>{} is not named as a GeoPackage.</source>
      <translation>{} 的名称不是 GeoPackage。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>End it in {}.</source>
      <translation>名称请以 {} 结尾。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>There is no {}.</source>
      <translation>{} 不存在。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/given.py" />
      <source>Check the path.</source>
      <translation>请检查路径。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Export an inventory</source>
      <translation>导出编目</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Writes an inventory as table, Shapefile or KML, or with the fields of a published inventory: USGS, NASA COOLR or the Italian IFFI. Everything but the Shapefile is in WGS 84. Rejected polygons stay out unless they are asked for.</source>
      <translation>将滑坡编目写成表格、Shapefile 或 KML，或使用已发布编目的字段：USGS、NASA COOLR 或意大利 IFFI。除 Shapefile 外均为 WGS 84。已拒绝的多边形除非要求否则不导出。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>CSV,Shapefile,KML,USGS,COOLR,IFFI,exchange,landslide</source>
      <translation>CSV,Shapefile,KML,USGS,COOLR,IFFI,交换,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Date of the event</source>
      <translation>事件日期</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Rejected polygons as well</source>
      <translation>包括已拒绝的多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Name of the inventory</source>
      <translation>编目名称</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Exported inventory</source>
      <translation>导出的编目</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Table (.csv)</source>
      <translation>表格（.csv）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>Shapefile (.shp)</source>
      <translation>Shapefile（.shp）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>KML (.kml)</source>
      <translation>KML（.kml）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>USGS (.gpkg)</source>
      <translation>USGS（.gpkg）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>NASA COOLR (.csv)</source>
      <translation>NASA COOLR（.csv）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>IFFI (.gpkg)</source>
      <translation>IFFI（.gpkg）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_export.py" />
      <source>{} is not named as the format asks for.</source>
      <translation>{} 的名称与所选格式不符。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Compute fields of landslides</source>
      <translation>计算滑坡字段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Computes fields of every polygon and writes them with all that the layer already has into a new GeoPackage, to be reviewed. Size and shape are always there; an elevation model adds slope, height, aspect and runout, a probability raster how sure the network was, an image whether the place lies in shadow, and an area-to-volume relation the volume with its interval.</source>
      <translation>计算每个多边形的字段，并与图层已有的全部内容一起写入新的 GeoPackage，供核查。大小和形状总会计算；数字高程模型可增加坡度、高差、坡向和滑移距离，概率栅格可增加网络的置信程度，影像可增加是否位于阴影中，面积—体积关系可增加体积及其区间。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>attributes,slope,elevation,volume,runout,zonal statistics,landslide</source>
      <translation>属性,坡度,高程,体积,滑移距离,分区统计,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Also a layer of crowns and toes</source>
      <translation>同时生成后缘点和前缘点图层</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Probability raster of the run</source>
      <translation>该次运行的概率栅格</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Image, to see what lies in shadow</source>
      <translation>影像，用于判断是否位于阴影中</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>They need the elevation model.</source>
      <translation>它们需要数字高程模型。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Landslides with fields</source>
      <translation>带字段的滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Crown and toe points need an elevation model.</source>
      <translation>后缘点和前缘点需要数字高程模型。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_fields.py" />
      <source>Choose one, or leave the points out.</source>
      <translation>请选择数字高程模型，或不要这些点。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Import an inventory</source>
      <translation>导入编目</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Writes any polygon layer as a GeoPackage with the fields, the style and the form of detected landslides, so that it can be reviewed, counted and compared like them. Fields of known inventories are taken over; all others stay as they are.</source>
      <translation>将任意多边形图层写成 GeoPackage，并带有识别结果的字段、样式和表单，从而可同样进行核查、统计和对比。已知编目的字段会被采用，其余保持不变。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>review,adopt,convert,exchange,landslide</source>
      <translation>核查,采用,转换,交换,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Polygons</source>
      <translation>多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Status of polygons without one</source>
      <translation>无状态多边形的状态</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Event that they come from</source>
      <translation>所属事件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Predicted</source>
      <translation>预测</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Accepted</source>
      <translation>已接受</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Edited</source>
      <translation>已编辑</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Added</source>
      <translation>已添加</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_import.py" />
      <source>Rejected</source>
      <translation>已拒绝</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Inventory statistics</source>
      <translation>编目统计</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Counts an inventory and writes a report of one page (HTML and PDF), the size-frequency plot (PNG and SVG) and all numbers (JSON): number, total area and density, the inverse gamma and the power law of the sizes with their intervals, the magnitude of the event and the total volume. Rejected polygons do not count.

The area that was searched is taken from its polygons or from its size; without either from the run that the layer comes from, if it says so.</source>
      <translation>统计滑坡编目，并写出一页报告（HTML 和 PDF）、大小—频率图（PNG 和 SVG）及全部数值（JSON）：数量、总面积和密度，大小的逆伽马分布和幂律及其区间，事件量级和总体积。已拒绝的多边形不计入。

识别过的区域由其多边形或面积给出；两者都没有时，取自图层所属的运行（如有说明）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>size-frequency,power law,inverse gamma,magnitude,density,report</source>
      <translation>大小—频率,幂律,逆伽马,量级,密度,报告</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Draws of the bootstrap</source>
      <translation>自助法抽样次数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>or its size [km²]</source>
      <translation>或其面积 [km²]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Title</source>
      <translation>标题</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Report as PDF</source>
      <translation>PDF 报告</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Size-frequency plot</source>
      <translation>大小—频率图</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>All numbers</source>
      <translation>全部数值</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>The area that was searched is given twice, as polygons and by its size.</source>
      <translation>识别过的区域给出了两次：多边形和面积。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Leave one of them out.</source>
      <translation>请去掉其中之一。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>The searched area {} km² is not above 0.</source>
      <translation>识别面积 {} km² 不大于 0。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Leave it out, or give its size.</source>
      <translation>请不填，或给出其面积。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Largest landslide [m²]</source>
      <translation>最大滑坡 [m²]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Area that was searched [km²]</source>
      <translation>识别面积 [km²]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Landslides per km²</source>
      <translation>每 km² 滑坡数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Magnitude of the event</source>
      <translation>事件量级</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Rollover of the sizes [m²]</source>
      <translation>大小分布的峰值 [m²]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Exponent of the tail</source>
      <translation>尾部指数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/inventory_statistics.py" />
      <source>Total volume [m³]</source>
      <translation>总体积 [m³]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Learn from a review</source>
      <translation>从核查中学习</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Goes on training a checkpoint with a reviewed landslide layer and the image that it was drawn on: accepted, edited and added polygons are landslides, rejected ones are not. Where polygons are not decided on, nothing is known, and it does not count.

Only ground around decided polygons counts as searched, unless an area is given or all of the image was searched. A part of the image is held out: both checkpoints are tried there, each with its own threshold, and the new one is recommended only if it is better.

Beside the new checkpoint a folder that ends in .learning holds the report and the state: a run that was cancelled goes on when it is started again with the same choices.</source>
      <translation>用一个已核查的滑坡图层及其所依据的影像继续训练模型文件：已接受、已编辑和已添加的多边形是滑坡，已拒绝的不是。尚未判定的多边形处情况未知，不计入。

除非给出区域或说明整幅影像都已查找，否则只有已判定多边形周围的地面算作已查找。影像的一部分会留出：两个模型文件各用自己的阈值在那里接受检验，只有新的更好时才推荐使用。

新模型文件旁有一个以 .learning 结尾的文件夹，保存报告和状态：被取消的运行以相同的选择再次启动时会接着进行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>fine-tune,train,review,adapt,hard negatives,landslide</source>
      <translation>微调,训练,核查,适应,困难负样本,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Minutes</source>
      <translation>分钟数</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Share of landslides held out</source>
      <translation>留出的滑坡比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Reviewed landslides</source>
      <translation>已核查的滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Image that they were drawn on</source>
      <translation>绘制时所依据的影像</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>All of the image was searched</source>
      <translation>整幅影像都已查找</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Of training; the evaluation comes on top.</source>
      <translation>仅指训练时间；评价另计。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Left out, that of the layer's own run.</source>
      <translation>留空则采用该图层自身运行时的值。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>New checkpoint</source>
      <translation>新模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Checkpoints</source>
      <translation>模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Whether the new checkpoint is better</source>
      <translation>新模型文件是否更好</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>An area and all of the image are both named as searched.</source>
      <translation>区域和整幅影像被同时指定为已查找。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>F1 of the old checkpoint</source>
      <translation>旧模型文件的 F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Precision of the old checkpoint</source>
      <translation>旧模型文件的精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Recall of the old checkpoint</source>
      <translation>旧模型文件的召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>IoU of the old checkpoint</source>
      <translation>旧模型文件的交并比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Share of landslides that the old checkpoint found</source>
      <translation>旧模型文件找到的滑坡比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>F1 of the new checkpoint</source>
      <translation>新模型文件的 F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Precision of the new checkpoint</source>
      <translation>新模型文件的精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Recall of the new checkpoint</source>
      <translation>新模型文件的召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>IoU of the new checkpoint</source>
      <translation>新模型文件的交并比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>Share of landslides that the new checkpoint found</source>
      <translation>新模型文件找到的滑坡比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/learn.py" />
      <source>{} is no name for a checkpoint.</source>
      <translation>{} 不能用作模型文件的名称。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/mask.py" />
      <source>The mask {} cannot be read ({}).</source>
      <translation>无法读取掩膜 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/mask.py" />
      <source>See whether QGIS draws all of it.</source>
      <translation>请检查 QGIS 能否完整绘制它。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/mask.py" />
      <source>The mask {} holds the value {}.</source>
      <translation>掩膜 {} 中含有值 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/mask.py" />
      <source>Choose a raster with 0 and 1, such as the mask.tif of a run.</source>
      <translation>请选择取值为 0 和 1 的栅格，如某次运行的 mask.tif。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/mask.py" />
      <source>The mask {} shows no landslide.</source>
      <translation>掩膜 {} 中没有滑坡。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/parameters.py" />
      <source>Elevation model [m]</source>
      <translation>数字高程模型 [m]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/parameters.py" />
      <source>Minimum area [m²]</source>
      <translation>最小面积 [m²]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/parameters.py" />
      <source>Checkpoint</source>
      <translation>模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/relations.py" />
      <source>Guzzetti et al. 2009: slides</source>
      <translation>Guzzetti 等 2009：滑动型</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/relations.py" />
      <source>Larsen et al. 2010: all landslides</source>
      <translation>Larsen 等 2010：全部滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/relations.py" />
      <source>Larsen et al. 2010: soil</source>
      <translation>Larsen 等 2010：土质</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/relations.py" />
      <source>Larsen et al. 2010: bedrock</source>
      <translation>Larsen 等 2010：基岩</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/relations.py" />
      <source>Volume from area by</source>
      <translation>由面积求体积的关系</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Train a checkpoint</source>
      <translation>训练模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Trains a network on images with their landslides, for so many minutes, and writes a checkpoint that the detection takes. It goes on from the start checkpoint; without one a new network is trained, which needs much more data and time.

Data: an image with the outlines of ALL its landslides, a dataset's folder, list files, or several of them. Part of it, by place, is kept back to choose the best weights and the threshold, unless data to choose by is given.

Beside the checkpoint a folder that ends in .training holds the curve, the report with the worst images, and the state: a run that was cancelled goes on from there when it is started again with the same choices.</source>
      <translation>用影像及其滑坡训练网络若干分钟，并写出识别可用的模型文件。训练从起始模型文件继续；没有起始模型文件时训练新网络，这需要多得多的数据和时间。

数据：影像及其全部滑坡的轮廓、数据集文件夹、列表文件，或其中几种。除非另给选择用数据，否则会按地点留出一部分，用于选择最佳权重和阈值。

模型文件旁以 .training 结尾的文件夹中有曲线、含最差影像的报告和训练状态：取消的训练以相同选项再次启动时会从该处继续。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>train,fine-tune,learn,model,network,deep learning,landslide</source>
      <translation>训练,微调,学习,模型,网络,深度学习,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Start checkpoint</source>
      <translation>起始模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Left empty, a new network is trained.</source>
      <translation>留空则训练新网络。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Of training; the report comes on top.</source>
      <translation>仅指训练时间；生成报告另计。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Trained checkpoint</source>
      <translation>训练好的模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>F1 on the data to choose by</source>
      <translation>选择用数据的 F1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>IoU on the data to choose by</source>
      <translation>选择用数据的交并比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Precision on the data to choose by</source>
      <translation>选择用数据的精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Recall on the data to choose by</source>
      <translation>选择用数据的召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Folder with curve and report</source>
      <translation>含曲线和报告的文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Curve</source>
      <translation>曲线</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>List files of data to choose by (val.txt)</source>
      <translation>选择用数据的列表文件（val.txt）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Side of the pieces to learn from [px]</source>
      <translation>训练图块边长 [像素]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Side of the tiles to detect with [px]</source>
      <translation>识别图块边长 [像素]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Even: all pixels alike</source>
      <translation>均匀：所有像素同等对待</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Published: the hardest pixels</source>
      <translation>论文方法：最难的像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Share kept back to choose by</source>
      <translation>留作选择用的比例</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Architecture of a new network</source>
      <translation>新网络的架构</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Loss</source>
      <translation>损失</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Batch size</source>
      <translation>批大小</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Learning rate for a batch of 256</source>
      <translation>批大小为 256 时的学习率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Left out, that of the tiles; smaller ones need less memory.</source>
      <translation>留空则与识别图块相同；越小所需内存越少。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Left out, that of the start checkpoint.</source>
      <translation>留空则与起始模型文件相同。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Ground sampling distance of data that does not say [m]</source>
      <translation>未注明数据的地面采样距离 [m]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/train.py" />
      <source>Terms on which the data is to be had</source>
      <translation>数据的使用条款</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>Vectorise a probability raster</source>
      <translation>概率栅格矢量化</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>Draws the outlines of landslides anew from the probability raster of a run, at another threshold or minimum area; the network does not run again. The outlines pass between the pixels where the probability crosses the threshold.

With an elevation model the polygons get slope, elevation and aspect.</source>
      <translation>根据某次运行的概率栅格，按其他阈值或最小面积重新绘制滑坡轮廓；网络不会再次运行。轮廓从像素之间概率穿过阈值处经过。

给出数字高程模型后，多边形会带有坡度、高程和坡向。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>vectorize,polygonize,polygons,threshold,probability,landslide</source>
      <translation>矢量化,多边形化,多边形,阈值,概率,滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>Simplification [px]</source>
      <translation>简化 [像素]</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>Probability raster</source>
      <translation>概率栅格</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>How far an outline may move at most.</source>
      <translation>轮廓最多可移动的距离。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>The layer {} is not a probability raster.</source>
      <translation>图层 {} 不是概率栅格。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/algorithms/vectorise.py" />
      <source>Choose the probability.tif of a run.</source>
      <translation>请选择某次运行的 probability.tif。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/area.py" />
      <source>The area does not touch the image.</source>
      <translation>所选区域与影像不相交。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/area.py" />
      <source>Choose one over the image, or the whole layer.</source>
      <translation>请选择影像范围内的区域，或整个图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/area.py" />
      <source>The area to search cannot be written to {} ({}).</source>
      <translation>待识别区域无法写入 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/area.py" />
      <source>Choose a folder in which you may create files.</source>
      <translation>请选择一个您可以创建文件的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>{} cannot be read ({}).</source>
      <translation>无法读取 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>{} has no card that can be read.</source>
      <translation>{} 没有可读取的模型说明。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>Get the file again, or choose another one.</source>
      <translation>请重新获取该文件，或选择其他文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>{} bands</source>
      <translation>{} 个波段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>{} to {} m/px</source>
      <translation>{} 至 {} 米/像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>any m/px</source>
      <translation>任意米/像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>F1 not told</source>
      <translation>F1 未给出</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/card.py" />
      <source>F1 {} on {}</source>
      <translation>F1 {}（{}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>There is no raster layer to search.</source>
      <translation>没有可供识别的栅格图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Add an orthophoto to the project and choose it.</source>
      <translation>请将正射影像添加到项目并选择它。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>The layer {} cannot be opened.</source>
      <translation>无法打开图层 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Repair its data source, or choose another layer.</source>
      <translation>请修复其数据源，或选择其他图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>{} and {} cannot run together: they take {} and {}.</source>
      <translation>{} 和 {} 不能一起运行：它们分别需要 {} 和 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Choose checkpoints that were trained alike, or run them one by one.</source>
      <translation>请选择训练方式相同的模型文件，或逐个运行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>The checkpoint needs {}, and no elevation model is chosen.</source>
      <translation>该模型文件需要{}，但未选择数字高程模型。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Choose one, or the band of the image that has it, under More options.</source>
      <translation>请在“更多选项”中选择数字高程模型，或影像中含有它的波段。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>The image has {} band(s), and none is chosen for {}.</source>
      <translation>影像有 {} 个波段，其中没有为 {} 选择波段。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Choose a band for each, of another raster too, or another checkpoint.</source>
      <translation>请为每一项选择波段（也可取自其他栅格），或换一个模型文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>The ground sampling distance {} m is not above 0.</source>
      <translation>地面采样距离 {} 米不大于 0。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Give metres a pixel.</source>
      <translation>请给出米/像素数。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>The image has no CRS, so that it cannot be resampled to {} m.</source>
      <translation>影像没有坐标参照系，因此无法重采样到 {} 米。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Assign its CRS, or choose the image's own distance.</source>
      <translation>请指定其坐标参照系，或选择影像自身的采样距离。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>tiles of {} px of {}</source>
      <translation>{} 像素的图块，{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>No raster is chosen to take {} from.</source>
      <translation>没有选择用于取得 {} 的栅格。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>Choose one, or the image's own band.</source>
      <translation>请选择一个，或使用影像自身的波段。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/choice.py" />
      <source>No band of {} is chosen for {}.</source>
      <translation>没有选择 {} 的波段用于 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>The layer has no ground sampling distance of its own.</source>
      <translation>该图层没有自身的地面采样距离。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>Give the metres a pixel at which to export it.</source>
      <translation>请给出导出时的米/像素数。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>At {} m a pixel, {} × {} px would have to be fetched.</source>
      <translation>按 {} 米/像素需要获取 {} × {} 像素。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>Choose a smaller area, or a larger distance.</source>
      <translation>请选择更小的区域或更大的采样距离。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>the layer gave no pixels, or the disk is full</source>
      <translation>图层未返回像素，或磁盘已满</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>The layer cannot be exported to {} ({}).</source>
      <translation>图层无法导出到 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/export_layer.py" />
      <source>See whether QGIS draws it there, and whether the disk has space.</source>
      <translation>请检查 QGIS 能否在该处绘制此图层，以及磁盘空间是否足够。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/announce.py" />
      <source>Details…</source>
      <translation>详细信息…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/announce.py" />
      <source>Open folder</source>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/announce.py" />
      <source>Zoom to</source>
      <translation>缩放至</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>&amp;Draw it on the map</source>
      <translation>在地图上绘制(&amp;D)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>No rectangle is drawn yet.</source>
      <translation>尚未绘制矩形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>Press Draw it on the map, and drag there.</source>
      <translation>请按“在地图上绘制”，然后在地图上拖动。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>There is no polygon layer to take the area from.</source>
      <translation>没有可用作区域的多边形图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>Add one, or choose another way.</source>
      <translation>请添加一个，或选择其他方式。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>No polygon of {} is selected.</source>
      <translation>{} 中没有选中的多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>Select those to search in.</source>
      <translation>请选择要在其中识别的多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>Whole layer</source>
      <translation>整个图层</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>What the map shows</source>
      <translation>地图当前范围</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>Selected polygons of a layer</source>
      <translation>图层中选中的多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/area_field.py" />
      <source>A rectangle, drawn</source>
      <translation>绘制的矩形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/bands_field.py" />
      <source>Choose…</source>
      <translation>请选择…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/bands_field.py" />
      <source>Take it from another raster</source>
      <translation>取自其他栅格</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/bands_field.py" />
      <source>Those of the image, once one is chosen.</source>
      <translation>选择影像后显示其波段。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/bands_field.py" />
      <source>As the checkpoint needs them.</source>
      <translation>按模型文件的需要。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/bands_field.py" />
      <source>The colours that the service gives.</source>
      <translation>使用服务给出的颜色。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/bands_field.py" />
      <source>The colours of the image's colour table.</source>
      <translation>使用影像颜色表中的颜色。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>No checkpoint is chosen.</source>
      <translation>未选择模型文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>The file is not there any more.</source>
      <translation>该文件已不存在。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>What it needs is told once the runtime is set up.</source>
      <translation>安装运行环境后才能得知它的要求。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>Reading the checkpoint…</source>
      <translation>正在读取模型文件…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>Reading {}</source>
      <translation>正在读取 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>The worker told nothing about it that can be read.</source>
      <translation>后台程序没有给出可读取的说明。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>Reading it was cancelled.</source>
      <translation>读取已取消。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>Browse…</source>
      <translation>浏览…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>Choose a checkpoint</source>
      <translation>选择模型文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/checkpoint_field.py" />
      <source>{} (bundled)</source>
      <translation>{}（自带）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>4 × the time</source>
      <translation>耗时 4 倍</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>None</source>
      <translation>无</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Gives the polygons slope, elevation and aspect</source>
      <translation>为多边形提供坡度、高程和坡向</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Choose a folder for the results</source>
      <translation>选择结果文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>The checkpoint's own</source>
      <translation>模型文件自带</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Probability from which a pixel is a landslide</source>
      <translation>像素概率达到该值即判为滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>10 pixels</source>
      <translation>10 个像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Smaller landslides get no polygon</source>
      <translation>更小的滑坡不生成多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Each tile is also seen mirrored, which finds a little better</source>
      <translation>每个图块也以镜像方式识别，效果略好</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>More options</source>
      <translation>更多选项</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Elevation</source>
      <translation>高程(&amp;E)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Area</source>
      <translation>区域(&amp;A)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Pixel size</source>
      <translation>像素大小(&amp;P)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Over&amp;lap</source>
      <translation>重叠(&amp;L)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Flips</source>
      <translation>翻转(&amp;F)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>Ensem&amp;ble</source>
      <translation>集成(&amp;B)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Threshold</source>
      <translation>阈值(&amp;T)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Minimum area</source>
      <translation>最小面积(&amp;M)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Results</source>
      <translation>结果(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>De&amp;vice</source>
      <translation>设备(&amp;V)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Image</source>
      <translation>影像(&amp;I)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>&amp;Checkpoint</source>
      <translation>模型文件(&amp;C)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>The checkpoints' mean</source>
      <translation>各模型文件的平均</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>A new folder in your home</source>
      <translation>主目录中的新文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_form.py" />
      <source>New: {}</source>
      <translation>新建：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_page.py" />
      <source>Set &amp;up the runtime…</source>
      <translation>安装运行环境(&amp;U)…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/detect_page.py" />
      <source>&amp;Detect landslides</source>
      <translation>识别滑坡(&amp;D)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/distance_field.py" />
      <source>As the checkpoint needs it</source>
      <translation>按模型文件的需要</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/distance_field.py" />
      <source>The image's own</source>
      <translation>影像自身</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/distance_field.py" />
      <source>Another</source>
      <translation>其他</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/distance_field.py" />
      <source>Metres a pixel</source>
      <translation>米/像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/dock.py" />
      <source>Landslide detection</source>
      <translation>滑坡识别</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/dock.py" />
      <source>Detect</source>
      <translation>识别</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/ensemble_field.py" />
      <source>Add chec&amp;kpoint</source>
      <translation>添加模型文件(&amp;K)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/ensemble_field.py" />
      <source>The mean of all is taken, and how far they disagree is shown</source>
      <translation>取全部的平均值，并显示它们的分歧程度</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/ensemble_field.py" />
      <source>Leave it out</source>
      <translation>去掉它</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/guide_dialog.py" />
      <source>Guide to CALandDet</source>
      <translation>CALandDet 指南</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/guide_dialog.py" />
      <source>&amp;Back</source>
      <translation>返回(&amp;B)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_dialog.py" />
      <source>&amp;Run</source>
      <translation>运行(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_dialog.py" />
      <source>The result {} cannot be opened.</source>
      <translation>无法打开结果 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_dialog.py" />
      <source>Was it moved or deleted meanwhile?</source>
      <translation>是否在此期间被移动或删除？</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_dialog.py" />
      <source>Done.</source>
      <translation>已完成。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_dialog.py" />
      <source>The run was cancelled.</source>
      <translation>运行已取消。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_dialog.py" />
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Fields from an elevation model</source>
      <translation>由数字高程模型计算字段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Also a layer of cro&amp;wns and toes</source>
      <translation>同时生成后缘点和前缘点图层(&amp;W)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Elevation model [m]</source>
      <translation>数字高程模型 [m](&amp;E)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Image, for shadows</source>
      <translation>影像，用于判断阴影(&amp;I)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Volume from area by</source>
      <translation>由面积求体积的关系(&amp;V)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Result</source>
      <translation>结果(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Crowns and toes</source>
      <translation>后缘点和前缘点</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>{} polygons have their fields.</source>
      <translation>{} 个多边形的字段已计算。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Statistics of the inventory</source>
      <translation>编目统计</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Landslide inventory {}</source>
      <translation>滑坡编目 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>As the run says</source>
      <translation>与该次运行一致</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Title</source>
      <translation>标题(&amp;T)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Area &amp;searched</source>
      <translation>识别面积(&amp;S)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>or its &amp;polygons</source>
      <translation>或其多边形(&amp;P)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Elevation model</source>
      <translation>数字高程模型(&amp;E)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Folder</source>
      <translation>文件夹(&amp;F)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Open the folder with report and plots</source>
      <translation>打开含报告和图的文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>{} landslides, {} in all; the largest has {}.</source>
      <translation>{} 处滑坡，总面积 {}；最大的为 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Compare with a reference</source>
      <translation>与参考对比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Re&amp;ference</source>
      <translation>参考图层(&amp;F)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Least &amp;overlap (IoU)</source>
      <translation>最小重叠度（交并比）(&amp;O)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>No reference is chosen.</source>
      <translation>未选择参考图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Choose the layer to compare with.</source>
      <translation>请选择要对比的图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Scores of the comparison</source>
      <translation>比较得分</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Found by size</source>
      <translation>按大小的找到情况</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Comparison with {}</source>
      <translation>与 {} 的对比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>{} matched, {} missed, {} false, {} split, {} merged;</source>
      <translation>匹配 {} 个，遗漏 {} 个，误报 {} 个，拆分 {} 个，合并 {} 个；</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>F1 by landslide {}, by area {}; outlines differ by {} m on average.</source>
      <translation>F1：按滑坡 {}，按面积 {}；轮廓平均相差 {} m。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>the reference</source>
      <translation>参考图层</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Export the inventory</source>
      <translation>导出编目</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Rejected &amp;polygons as well</source>
      <translation>包括已拒绝的多边形(&amp;P)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Format</source>
      <translation>格式(&amp;F)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Name of the inventory</source>
      <translation>编目名称(&amp;N)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>&amp;Date of the event</source>
      <translation>事件日期(&amp;D)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Open the folder</source>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>{} polygons were written to {}.</source>
      <translation>{} 个多边形已写入 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Fields from DEM…</source>
      <translation>由数字高程模型计算字段…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Statistics…</source>
      <translation>统计…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Compare with a reference…</source>
      <translation>与参考对比…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Export…</source>
      <translation>导出…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>Learn from this review…</source>
      <translation>从本次核查中学习…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>(no volume)</source>
      <translation>（不求体积）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/inventory_jobs.py" />
      <source>{} ({} to {})</source>
      <translation>{}（{} 至 {}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Learn from this review</source>
      <translation>从本次核查中学习</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>&amp;Use the new checkpoint</source>
      <translation>使用新模型文件(&amp;U)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Where the new one is right and wrong</source>
      <translation>新模型文件正确和错误之处</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>&amp;Learn</source>
      <translation>学习(&amp;L)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>What was learned is kept: started again with the same choices, it goes on.</source>
      <translation>已学到的内容会保留：以相同的选择再次启动即可继续。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>The area that was searched is not chosen.</source>
      <translation>未选择已查找的区域。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Choose its polygons.</source>
      <translation>请选择其多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>The new checkpoint is chosen in the Detect tab.</source>
      <translation>已在“检测”页中选用新模型文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Around the decided polygons</source>
      <translation>已判定多边形的周围</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>The whole image: all of it was searched</source>
      <translation>整幅影像：全部都已查找</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Polygons of the area searched</source>
      <translation>已查找区域的多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Ground that counts as free of landslides elsewhere</source>
      <translation>其他地方算作无滑坡的地面</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>min</source>
      <translation>分钟</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Ground that cou&amp;nts</source>
      <translation>计入的地面(&amp;N)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>&amp;Time to learn</source>
      <translation>学习时间(&amp;T)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Ne&amp;w checkpoint</source>
      <translation>新模型文件(&amp;W)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>{} left</source>
      <translation>剩余 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>On ground held out</source>
      <translation>在留出的地面上</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>Old</source>
      <translation>旧</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/learn_dialog.py" />
      <source>New</source>
      <translation>新</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/options.py" />
      <source>The worker's Python</source>
      <translation>后台程序的 Python</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/options.py" />
      <source>The plugin's own runtime</source>
      <translation>插件自带的运行环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/options.py" />
      <source>The network runs in a process of its own, outside QGIS, by default in the runtime that Raster &gt; CALandDet &gt; Runtime sets up. Here the interpreter of another Python environment can be named, in which PyTorch and the other packages are installed; never QGIS's own Python.</source>
      <translation>网络在 QGIS 之外的独立进程中运行，默认使用“栅格 &gt; CALandDet &gt; 运行环境”所安装的运行环境。也可在此指定另一个已安装 PyTorch 及其他软件包的 Python 环境的解释器；切勿使用 QGIS 自身的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/options.py" />
      <source>Worker's &amp;Python</source>
      <translation>后台程序的 Python(&amp;P)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/options.py" />
      <source>In use</source>
      <translation>当前使用</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/options.py" />
      <source>&amp;Run on</source>
      <translation>运行于(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_form.py" />
      <source>R&amp;un</source>
      <translation>运行(&amp;U)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_form.py" />
      <source>Any</source>
      <translation>不限</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_form.py" />
      <source>Exact outlines</source>
      <translation>精确轮廓</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_form.py" />
      <source>How far an outline may stray from the exact one; the pixels inside stay the same</source>
      <translation>轮廓可偏离精确轮廓的距离；其中的像素不变</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_form.py" />
      <source>&amp;Smoothing</source>
      <translation>平滑(&amp;S)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>&amp;Reset</source>
      <translation>重置(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>&amp;Apply</source>
      <translation>应用(&amp;A)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>Choose the folder of a run</source>
      <translation>选择某次运行的文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>Run a detection first, or open the folder of an older run.</source>
      <translation>请先运行识别，或打开以前运行的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>As in the run's files.</source>
      <translation>与该次运行的文件一致。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>The polygons follow…</source>
      <translation>多边形正在更新…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>The folder {} cannot be written: this is a preview only.</source>
      <translation>无法写入文件夹 {}：仅供预览。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>A preview of the visible part: Apply computes and writes the whole.</source>
      <translation>可见部分的预览：“应用”将计算并写入全部。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>A preview: Apply writes it into the run's files.</source>
      <translation>预览：“应用”会将其写入该次运行的文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>Written: mask, landslides and run.json have the threshold {} now.</source>
      <translation>已写入：mask、landslides 和 run.json 的阈值现为 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>Open the folder of an older run</source>
      <translation>打开以前运行的文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>Back to the settings with which the run was made</source>
      <translation>恢复该次运行时的设置</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/refine_panel.py" />
      <source>Write mask, landslides and run.json anew; what was reviewed is kept as it is</source>
      <translation>重新写入 mask、landslides 和 run.json；已核查的内容保持不变</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/report_dialog.py" />
      <source>Details of the run over {}</source>
      <translation>{} 的运行详情</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/report_dialog.py" />
      <source>&amp;Copy to the clipboard</source>
      <translation>复制到剪贴板(&amp;C)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>Swipe the image from before (W)</source>
      <translation>卷帘显示灾前影像 (W)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>Hide rejected polygons (H)</source>
      <translation>隐藏已拒绝的多边形 (H)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>Save</source>
      <translation>保存</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>Leave the review</source>
      <translation>退出核查</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>{} of {}</source>
      <translation>{} / {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>All {} polygons are decided.</source>
      <translation>全部 {} 个多边形均已判定。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>Save them now; Previous and Go to… lead back to any.</source>
      <translation>现在可以保存；也可用“上一个”和“转到…”返回任意多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>No polygon is chosen.</source>
      <translation>未选择多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>Go to the next one, or to one on the map.</source>
      <translation>请转到下一个，或在地图上选择一个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>&amp;Movement</source>
      <translation>运动类型(&amp;M)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>predicted</source>
      <translation>预测</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>accepted</source>
      <translation>已接受</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>edited</source>
      <translation>已编辑</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>added</source>
      <translation>已添加</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>rejected</source>
      <translation>已拒绝</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>No. {}</source>
      <translation>第 {} 号</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>probability {}</source>
      <translation>概率 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>IoU with the original {} %</source>
      <translation>与原始轮廓的交并比 {} %</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_card.py" />
      <source>(not classified)</source>
      <translation>（未分类）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Any polygon layer; what it lacks is added</source>
      <translation>任意多边形图层；缺少的字段会被添加</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>For probabilities after edits, and to grow regions</source>
      <translation>用于编辑后的概率计算和区域生长</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>An image from before the event, to swipe over the map</source>
      <translation>灾前影像，可在地图上卷帘对比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Detect landslides first, or add a layer of polygons to the project.</source>
      <translation>请先识别滑坡，或向项目添加多边形图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>The layer lacks fields that a review fills in: {}.</source>
      <translation>该图层缺少核查所需的字段：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>&amp;Add the fields and review</source>
      <translation>添加字段并核查(&amp;A)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>&amp;Review</source>
      <translation>核查(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>&amp;Polygons</source>
      <translation>多边形(&amp;P)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Pro&amp;bability</source>
      <translation>概率(&amp;B)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>&amp;Order</source>
      <translation>顺序(&amp;O)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Image be&amp;fore</source>
      <translation>灾前影像(&amp;F)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Area × uncertainty</source>
      <translation>面积 × 不确定性</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Nearest to the last</source>
      <translation>离上一个最近</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Largest first</source>
      <translation>由大到小</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_form.py" />
      <source>Least certain first</source>
      <translation>置信度由低到高</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Accept</source>
      <translation>接受</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>It is a landslide; on to the next</source>
      <translation>是滑坡；转到下一个</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Reject</source>
      <translation>拒绝</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>It is none; it stays in the layer as rejected</source>
      <translation>不是滑坡；以“已拒绝”状态保留在图层中</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Next</source>
      <translation>下一个</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Leave it undecided for now</source>
      <translation>暂不判定</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Previous</source>
      <translation>上一个</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Back to the polygon before</source>
      <translation>返回前一个多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Edit vertices</source>
      <translation>编辑顶点</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>With QGIS's vertex tool</source>
      <translation>使用 QGIS 的顶点工具</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Redraw</source>
      <translation>重绘</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Draw its outline anew; right click ends</source>
      <translation>重新绘制轮廓；右键结束</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Split</source>
      <translation>分割</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Draw a line across it; right click ends</source>
      <translation>画一条穿过多边形的线；右键结束</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Merge</source>
      <translation>合并</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Join it with the neighbour that it touches</source>
      <translation>与相接的相邻多边形合并</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Draw missed</source>
      <translation>绘制漏检</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Draw a landslide that was not found</source>
      <translation>绘制一处未识别出的滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Grow missed</source>
      <translation>生长漏检</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Click on a landslide that was not found; + and − change its size then</source>
      <translation>单击一处未识别出的滑坡；之后用 + 和 − 改变其大小</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Go to…</source>
      <translation>转到…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Click on the polygon to go to</source>
      <translation>单击要转到的多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Take the last edit back</source>
      <translation>撤销上一次编辑</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Why?</source>
      <translation>为什么？</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Show what in the image spoke for it</source>
      <translation>显示影像中支持该判断的内容</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Fall</source>
      <translation>崩落</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Topple</source>
      <translation>倾倒</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Slide</source>
      <translation>滑动</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Flow</source>
      <translation>流动</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Spread</source>
      <translation>扩离</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_keys.py" />
      <source>Complex</source>
      <translation>复合</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>Of the network: early stages see detail, late ones the whole</source>
      <translation>网络的阶段：靠前的看细节，靠后的看整体</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>S&amp;tage</source>
      <translation>阶段(&amp;T)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>The network is {} % sure that there is a landslide around here at all.</source>
      <translation>网络有 {} % 的把握认为这一带存在滑坡。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>At this stage nothing in the image spoke for the polygon.</source>
      <translation>在该阶段，影像中没有任何内容支持这个多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>{} % of what spoke for the polygon lies inside of it.</source>
      <translation>支持该多边形的内容有 {} % 位于其内部。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>What spoke for a polygon</source>
      <translation>支持某个多边形的内容</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>The network is asked…</source>
      <translation>正在询问网络…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/review_why.py" />
      <source>What spoke for No. {} ({})</source>
      <translation>支持第 {} 号的内容（{}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_list.py" />
      <source>Take it off the list</source>
      <translation>从列表中移除</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_list.py" />
      <source>Cancel this run</source>
      <translation>取消此次运行</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>This computer</source>
      <translation>本机</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>Dask scheduler</source>
      <translation>Dask 调度器</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>Address of the Dask scheduler</source>
      <translation>Dask 调度器的地址</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>&amp;Test connection</source>
      <translation>测试连接(&amp;T)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>Asking {}…</source>
      <translation>正在询问 {}…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>Asking {}</source>
      <translation>正在询问 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>The scheduler answers, with 1 worker.</source>
      <translation>调度器有应答，有 1 个工作进程。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_on_field.py" />
      <source>The scheduler answers, with {} workers.</source>
      <translation>调度器有应答，有 {} 个工作进程。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_status.py" />
      <source>Ca&amp;ncel</source>
      <translation>取消(&amp;N)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_status.py" />
      <source>Detai&amp;ls…</source>
      <translation>详细信息(&amp;L)…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_status.py" />
      <source>Cancelling…</source>
      <translation>正在取消…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_status.py" />
      <source>Resu&amp;me</source>
      <translation>继续(&amp;M)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_status.py" />
      <source>T&amp;ry again</source>
      <translation>重试(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/run_status.py" />
      <source>Open the results folder</source>
      <translation>打开结果文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Runtime of the landslide detection</source>
      <translation>滑坡识别的运行环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Looking at this computer</source>
      <translation>正在检查本机</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Setting up the runtime</source>
      <translation>正在安装运行环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Verifying the runtime</source>
      <translation>正在校验运行环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Repairing the runtime</source>
      <translation>正在修复运行环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Choose bin/python or python.exe of an environment</source>
      <translation>选择某个环境的 bin/python 或 python.exe</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Testing {}</source>
      <translation>正在测试 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>A detection is running, and it uses the runtime.</source>
      <translation>正在进行识别，运行环境被占用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Wait for its end, or cancel it.</source>
      <translation>请等待其结束，或取消它。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Removing the runtime</source>
      <translation>正在删除运行环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>QGIS can be used meanwhile; this window may be closed.</source>
      <translation>其间可继续使用 QGIS；可以关闭此窗口。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>The runtime was set up and tested.</source>
      <translation>运行环境已安装并通过测试。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>The runtime is as it was installed, and works.</source>
      <translation>运行环境与安装时一致，可正常工作。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>This Python works and is used from now on.</source>
      <translation>该 Python 可用，今后将使用它。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Removed.</source>
      <translation>已删除。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>What is half-made is not used, and the next setup clears it away.</source>
      <translation>未装完的部分不会被使用，下次安装时会清除。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Cancelled.</source>
      <translation>已取消。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>&amp;Cancel</source>
      <translation>取消(&amp;C)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>&amp;Update</source>
      <translation>更新(&amp;U)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>&amp;Set up</source>
      <translation>安装(&amp;S)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>&amp;Verify</source>
      <translation>校验(&amp;V)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>&amp;Repair</source>
      <translation>修复(&amp;R)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Re&amp;move…</source>
      <translation>删除(&amp;M)…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Use &amp;another Python…</source>
      <translation>使用其他 Python(&amp;A)…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>&amp;Go back to the plugin's runtime</source>
      <translation>改回插件的运行环境(&amp;G)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>C&amp;lose</source>
      <translation>关闭(&amp;L)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_dialog.py" />
      <source>Set up</source>
      <translation>安装</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Take the &amp;packages from a folder, not from the internet</source>
      <translation>从文件夹而非互联网获取软件包(&amp;P)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Not ready yet.</source>
      <translation>尚未就绪。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>The folder {} holds no packages (*.whl).</source>
      <translation>文件夹 {} 中没有软件包（*.whl）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Choose another, or use the internet.</source>
      <translation>请选择其他文件夹，或使用互联网。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Choose a folder for the runtime</source>
      <translation>选择运行环境的文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Choose the folder of packages</source>
      <translation>选择软件包所在文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>A folder of .whl files</source>
      <translation>存放 .whl 文件的文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>&amp;Build</source>
      <translation>构建(&amp;B)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Download</source>
      <translation>下载</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Disk</source>
      <translation>磁盘</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Nothing: PyTorch {} and {} other packages come from the folder.</source>
      <translation>无需下载：PyTorch {} 及其他 {} 个软件包取自该文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>More than {}</source>
      <translation>超过 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>{} and {}</source>
      <translation>{} 和 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>{}: PyTorch {} and {} other packages, from {}.</source>
      <translation>{}：PyTorch {} 及其他 {} 个软件包，来自 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>PyTorch's own size is known only when it is fetched.</source>
      <translation>PyTorch 本身的大小要到获取时才知道。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Besides uv ({}, from {}), which fetches a Python of its own from {}.</source>
      <translation>另需 uv（{}，来自 {}），它会从 {} 获取自己的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Another build suits this computer. {}</source>
      <translation>本机适合另一构建。{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Processor, or the GPU of a Mac</source>
      <translation>处理器，或 Mac 的 GPU</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>Processor (CPU)</source>
      <translation>处理器（CPU）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>NVIDIA GPU, CUDA 12.6</source>
      <translation>NVIDIA GPU，CUDA 12.6</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>NVIDIA GPU, CUDA 13.0</source>
      <translation>NVIDIA GPU，CUDA 13.0</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>{} – suits this computer</source>
      <translation>{} – 适合本机</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_form.py" />
      <source>{} in the end; {} are free.</source>
      <translation>最终占用 {}；可用 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>&amp;Details</source>
      <translation>详细信息(&amp;D)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>C&amp;opy to the clipboard</source>
      <translation>复制到剪贴板(&amp;O)</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>Check the computer and the folder</source>
      <translation>检查本机和文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>Find or fetch Python, make the environment</source>
      <translation>查找或获取 Python，创建环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>Download and install the packages</source>
      <translation>下载并安装软件包</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>Test: search a small image on the real device</source>
      <translation>测试：在实际设备上识别一小幅影像</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_progress.py" />
      <source>Compare every file with its record</source>
      <translation>将每个文件与记录比对</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>Another window of QGIS (process {}) is changing the runtime.</source>
      <translation>另一个 QGIS 窗口（进程 {}）正在更改运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>This window follows when it is done.</source>
      <translation>完成后此窗口会随之更新。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>Set up a runtime, or choose another Python.</source>
      <translation>请安装运行环境，或选择其他 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>The Python of your own is not there any more.</source>
      <translation>您指定的 Python 已不存在。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>A Python of your own is used.</source>
      <translation>正在使用您指定的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>The runtime is ready.</source>
      <translation>运行环境已就绪。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>There is no runtime yet.</source>
      <translation>尚无运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>A setup did not come to its end; {} of it are there, and the next one clears them.</source>
      <translation>有一次安装未完成，已占用 {}；下次安装会将其清除。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>The network runs outside QGIS, in a Python of its own. It is set up once, from the internet or from a folder; after that nothing needs a network.</source>
      <translation>网络在 QGIS 之外、使用自己的 Python 运行。只需通过互联网或文件夹安装一次，此后不再需要网络。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>What is to be removed from {}?</source>
      <translation>要从 {} 删除什么？</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>&amp;Everything ({})</source>
      <translation>全部(&amp;E)（{}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/runtime_state.py" />
      <source>What is &amp;not used ({})</source>
      <translation>未使用的部分(&amp;N)（{}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Search a single layer again</source>
      <translation>恢复为查找单个图层</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Search several images in one run</source>
      <translation>在一次运行中查找多幅影像</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Several layers…</source>
      <translation>多个图层…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Folder…</source>
      <translation>文件夹…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Choose a folder of images</source>
      <translation>选择影像文件夹</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Several images</source>
      <translation>多幅影像</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Several layers</source>
      <translation>多个图层</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/gui/scenes_field.py" />
      <source>Tick the images that one run is to search:</source>
      <translation>勾选要在一次运行中查找的影像：</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/layers.py" />
      <source>Landslides found by CALandDet</source>
      <translation>CALandDet 识别的滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/layers.py" />
      <source>Found in {} on {}.</source>
      <translation>在 {} 中识别，时间 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/layers.py" />
      <source>Checkpoint: {} ({}), SHA-256 {}.</source>
      <translation>模型文件：{}（{}），SHA-256 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/layers.py" />
      <source>Threshold: {}.</source>
      <translation>阈值：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/layers.py" />
      <source>Computed on {} by CALandDet {}.</source>
      <translation>计算设备 {}，CALandDet {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/layers.py" />
      <source>All parameters: {}</source>
      <translation>全部参数：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/learned.py" />
      <source>Precision</source>
      <translation>精确率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/learned.py" />
      <source>Recall</source>
      <translation>召回率</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/learned.py" />
      <source>IoU</source>
      <translation>交并比</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/learned.py" />
      <source>Landslides found</source>
      <translation>找到的滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/learned.py" />
      <source>Use the new one: on the ground held out its F1 is {}, the old one's {}.</source>
      <translation>请使用新的：在留出的地面上其 F1 为 {}，旧的为 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/learned.py" />
      <source>Keep the old one: on the ground held out the new one's F1 is {}, its own {}.</source>
      <translation>请保留旧的：在留出的地面上新的 F1 为 {}，旧的为 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>This cannot be run.</source>
      <translation>无法运行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The raster cannot be used.</source>
      <translation>该栅格无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The checkpoint cannot be used.</source>
      <translation>该模型文件无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The checkpoints cannot run together.</source>
      <translation>这些模型文件不能一起运行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The bands cannot be used.</source>
      <translation>这些波段无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The ground sampling distance cannot be used.</source>
      <translation>该地面采样距离无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The area of interest cannot be used.</source>
      <translation>该感兴趣区无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The elevation model cannot be used.</source>
      <translation>该数字高程模型无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The training data cannot be used.</source>
      <translation>该训练数据无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The training cannot go on.</source>
      <translation>训练无法继续。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The landslide layer cannot be used.</source>
      <translation>该滑坡图层无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The device cannot be used.</source>
      <translation>该设备无法使用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The cluster cannot be used.</source>
      <translation>无法使用该集群。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The results cannot be written.</source>
      <translation>结果无法写入。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>There is not enough memory.</source>
      <translation>内存不足。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The worker cannot be started.</source>
      <translation>后台程序无法启动。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The runtime is not set up.</source>
      <translation>运行环境尚未安装。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The runtime is damaged.</source>
      <translation>运行环境已损坏。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The worker crashed.</source>
      <translation>后台程序崩溃。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The run failed.</source>
      <translation>运行失败。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The log has the details.</source>
      <translation>详情见日志。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The worker crashed ({})</source>
      <translation>后台程序崩溃（{}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The worker ended with exit code {}</source>
      <translation>后台程序以退出代码 {} 结束</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>: out of memory?</source>
      <translation>：内存不足？</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The worker was killed by signal {} ({})</source>
      <translation>后台程序被信号 {} 终止（{}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Reference: as published, slowest</source>
      <translation>参照：与论文一致，最慢</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Balanced</source>
      <translation>均衡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Fast: least overlap</source>
      <translation>快速：重叠最少</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>The best there is</source>
      <translation>最佳可用设备</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>NVIDIA GPU</source>
      <translation>NVIDIA GPU</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Apple GPU</source>
      <translation>Apple GPU</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Red</source>
      <translation>红</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Green</source>
      <translation>绿</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Blue</source>
      <translation>蓝</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Coastal aerosol</source>
      <translation>海岸气溶胶</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Red edge 1</source>
      <translation>红边 1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Red edge 2</source>
      <translation>红边 2</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Red edge 3</source>
      <translation>红边 3</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Near infrared</source>
      <translation>近红外</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Narrow infrared</source>
      <translation>窄近红外</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Water vapour</source>
      <translation>水汽</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Cirrus</source>
      <translation>卷云</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>SWIR 1</source>
      <translation>短波红外 1</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>SWIR 2</source>
      <translation>短波红外 2</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Thermal</source>
      <translation>热红外</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Elevation</source>
      <translation>高程</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Slope</source>
      <translation>坡度</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>Starting…</source>
      <translation>正在启动…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>tiles</source>
      <translation>图块</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} of {} {}</source>
      <translation>{} / {} {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>No landslides were found.</source>
      <translation>未发现滑坡。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>1 landslide</source>
      <translation>1 处滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} landslides</source>
      <translation>{} 处滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} found.</source>
      <translation>发现{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} found, {} in all.</source>
      <translation>发现{}，总面积 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} s</source>
      <translation>{} 秒</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} min</source>
      <translation>{} 分钟</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/messages.py" />
      <source>{} h</source>
      <translation>{} 小时</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} × {} px</source>
      <translation>{} × {} 像素</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} px in {} rasters</source>
      <translation>{} 像素，共 {} 个栅格</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} at {} m</source>
      <translation>{}，{} 米</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} px of {}</source>
      <translation>{} 像素，共 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>1 tile</source>
      <translation>1 个图块</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} tiles</source>
      <translation>{} 个图块</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>about {} of memory</source>
      <translation>内存约 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} of disk</source>
      <translation>磁盘 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{}. {}</source>
      <translation>{}。{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>It will take about {}.</source>
      <translation>预计用时 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>How long it takes is known after the first run with this checkpoint.</source>
      <translation>用此模型文件首次运行后才能估计用时。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>The worker cannot read this layer: {} × {} px are exported first.</source>
      <translation>后台程序无法读取此图层：先导出 {} × {} 像素。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Exported at {} m.</source>
      <translation>按 {} 米导出。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>The image has no CRS, and so none is known; it is read as it is.</source>
      <translation>影像没有坐标参照系，因此采样距离未知；按原样读取。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>The image has {} m; it is read at {} m.</source>
      <translation>影像为 {} 米；按 {} 米读取。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>The image has {} m, and is read as it is.</source>
      <translation>影像为 {} 米，按原样读取。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Exporting</source>
      <translation>正在导出</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Running</source>
      <translation>正在运行</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Cancelling</source>
      <translation>正在取消</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Cut off</source>
      <translation>已中断</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} found</source>
      <translation>发现{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Exporting the layer for the worker: {} %</source>
      <translation>正在为后台程序导出图层：{} %</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} Mpx/s</source>
      <translation>{} 百万像素/秒</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} km²/h</source>
      <translation>{} km²/小时</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} of its {} in use</source>
      <translation>已用 {}（共 {}）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} of memory</source>
      <translation>内存 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>What was done is kept, and can be gone on with.</source>
      <translation>已完成的部分会保留，可以继续。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Nothing was written.</source>
      <translation>未写入任何内容。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>What was done over {} is kept, and can be gone on with.</source>
      <translation>对 {} 已完成的部分已保留，可以继续。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>QGIS ended before the run did.</source>
      <translation>QGIS 在运行结束之前关闭了。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Finished in {}.</source>
      <translation>用时 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>The project was closed meanwhile, so no layers were added.</source>
      <translation>运行期间项目已关闭，因此未添加图层。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>1 of {} rasters was skipped.</source>
      <translation>{} 个栅格中有 1 个被跳过。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>{} of {} rasters were skipped.</source>
      <translation>已跳过 {} 个栅格（共 {} 个）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Device: {}</source>
      <translation>设备：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/phrases.py" />
      <source>Asked for: {}</source>
      <translation>请求的设备：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>The folder {} is that of another run that is not over.</source>
      <translation>文件夹 {} 属于另一次尚未结束的运行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>Choose another folder, or clear the field.</source>
      <translation>请选择其他文件夹，或清空该字段。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>Nothing can be written into {}.</source>
      <translation>无法写入 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>The disk of {} has {} free; the results need about {}.</source>
      <translation>{} 所在磁盘可用 {}；结果约需 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>Free space, or choose a folder on another disk.</source>
      <translation>请释放空间，或选择其他磁盘上的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>Choose another folder, or clear the field to get a new one.</source>
      <translation>请选择其他文件夹，或清空该字段以新建文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>The image has no CRS: its own resolution is used, and areas are in pixels.</source>
      <translation>影像没有坐标参照系：使用其自身分辨率，面积以像素计。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>At {} m a pixel the network may find little: it was trained for {} to {} m.</source>
      <translation>按 {} 米/像素，网络可能很难识别出滑坡：其训练范围为 {} 至 {} 米。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plan.py" />
      <source>About {} of memory are needed, and {} are free: close other programs.</source>
      <translation>约需内存 {}，可用 {}：请关闭其他程序。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plugin.py" />
      <source>Refine</source>
      <translation>调整</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plugin.py" />
      <source>Review</source>
      <translation>核查</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plugin.py" />
      <source>Runtime…</source>
      <translation>运行环境…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/plugin.py" />
      <source>CALandDet guide</source>
      <translation>CALandDet 指南</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/preview.py" />
      <source>{}: found so far</source>
      <translation>{}：目前已发现</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/finished_run.py" />
      <source>The run's file {} is gone.</source>
      <translation>该次运行的文件 {} 已不存在。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/finished_run.py" />
      <source>Put it back, or run the detection again.</source>
      <translation>请将其放回，或重新运行识别。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/finished_run.py" />
      <source>The folder {} holds no run of a detection.</source>
      <translation>文件夹 {} 中没有识别运行的结果。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/finished_run.py" />
      <source>Choose a folder with probability.tif and run.json.</source>
      <translation>请选择含 probability.tif 和 run.json 的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/handover.py" />
      <source>The layer {} is being edited.</source>
      <translation>图层 {} 正在编辑。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/handover.py" />
      <source>Save or discard the edits, end the review, and apply again.</source>
      <translation>请保存或放弃编辑，结束核查，然后再应用。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/preview.py" />
      <source>Mask (preview)</source>
      <translation>掩膜（预览）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/preview.py" />
      <source>Probability (preview)</source>
      <translation>概率（预览）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/preview.py" />
      <source>Landslides (preview)</source>
      <translation>滑坡（预览）</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/preview.py" />
      <source>Preview</source>
      <translation>预览</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/refiner.py" />
      <source>Reviewed landslides that are kept as they are: {}.</source>
      <translation>保持不变的已核查滑坡：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/refiner.py" />
      <source>New ones that touch them and are left out: {}.</source>
      <translation>与其相接而略去的新滑坡：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/session.py" />
      <source>The worker's Python cannot be started.</source>
      <translation>无法启动工作进程的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/session.py" />
      <source>The worker's Python {} cannot be started ({}).</source>
      <translation>后台程序的 Python {} 无法启动（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/refine/shading.py" />
      <source>Landslide, from {} %</source>
      <translation>滑坡，{} % 起</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>Set it up in Raster &gt; CALandDet &gt; Runtime.</source>
      <translation>请在“栅格 &gt; CALandDet &gt; 运行环境”中安装。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>The runtime is not set up yet.</source>
      <translation>运行环境尚未安装。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>The worker's Python {} is not there or cannot be run.</source>
      <translation>后台程序的 Python {} 不存在或无法运行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>Choose another, or set up a runtime, in Raster &gt; CALandDet &gt; Runtime.</source>
      <translation>请在“栅格 &gt; CALandDet &gt; 运行环境”中选择其他 Python 或安装运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>The layer {} comes from the provider {}, which is not a file.</source>
      <translation>图层 {} 来自数据提供者 {}，不是文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>Export it to a GeoTIFF first (Layer &gt; Save As…).</source>
      <translation>请先将其导出为 GeoTIFF（图层 &gt; 另存为…）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>Choose a .safetensors, .pt or .pth file.</source>
      <translation>请选择 .safetensors、.pt 或 .pth 文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>There is no checkpoint file {}.</source>
      <translation>模型文件 {} 不存在。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>Choose another file.</source>
      <translation>请选择其他文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>The checkpoint {} is chosen twice.</source>
      <translation>模型文件 {} 被选择了两次。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>Take one of the two out.</source>
      <translation>请去掉其中一个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/request.py" />
      <source>The folder {} already holds results ({}).</source>
      <translation>文件夹 {} 中已有结果（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>The layer {} has no polygons.</source>
      <translation>图层 {} 中没有多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>Save it as a GeoPackage (Export &gt; Save Features As…) and review that.</source>
      <translation>请将其另存为 GeoPackage（导出 &gt; 要素另存为…）后再核查。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>The layer {} is a shapefile, whose field names have at most 10 characters.</source>
      <translation>图层 {} 是 shapefile，其字段名最多 10 个字符。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>The layer {} has fields that a review fills in, but of another type: {}.</source>
      <translation>图层 {} 含有审查要填写的字段，但类型不同：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>Rename them, or make a layer with Import an inventory, and review that.</source>
      <translation>请重命名这些字段，或用“导入编目”生成图层后再审查。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>The layer {} cannot be edited: it is read-only.</source>
      <translation>图层 {} 无法编辑：它是只读的。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>The edits of {} cannot be saved now: another program is writing to the file.</source>
      <translation>暂时无法保存 {} 的编辑：另一程序正在写入该文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>Save again in a moment, or close the file there; no edit is lost.</source>
      <translation>请稍后再保存，或在那里关闭该文件；编辑不会丢失。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>no reason was given</source>
      <translation>未说明原因</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>The edits of {} cannot be saved: {}.</source>
      <translation>无法保存 {} 的编辑：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/access.py" />
      <source>No edit is lost: they stay in the layer until they are saved.</source>
      <translation>编辑不会丢失：保存之前一直保留在图层中。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/explanation.py" />
      <source>The run that {} comes from is not known: there is no {} beside it.</source>
      <translation>{} 所属的运行未知：旁边没有 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/explanation.py" />
      <source>Review the landslides.gpkg in the folder of its run.</source>
      <translation>请核查其运行文件夹中的 landslides.gpkg。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/keeper.py" />
      <source>Fields of edited polygons</source>
      <translation>已编辑多边形的字段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>The layer {} was not reviewed: it has no field status.</source>
      <translation>图层 {} 尚未核查：它没有 status 字段。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Review it first.</source>
      <translation>请先核查。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Learns from {} accepted, {} edited, {} added and {} rejected polygons.</source>
      <translation>将从 {} 个已接受、{} 个已编辑、{} 个已添加和 {} 个已拒绝的多边形中学习。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>At least {} accepted, edited or added ones are needed.</source>
      <translation>至少需要 {} 个已接受、已编辑或已添加的多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>{} are not decided on: their ground is left out.</source>
      <translation>{} 个尚未判定：其所在地面不计入。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Review more of the layer first.</source>
      <translation>请先核查该图层的更多部分。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>There is a file {} already.</source>
      <translation>已有文件 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Choose another name for the new checkpoint.</source>
      <translation>请为新模型文件选择其他名称。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Learning…</source>
      <translation>正在学习…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Trying a checkpoint on ground held back…</source>
      <translation>正在留出的地面上检验模型文件…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/learning.py" />
      <source>Measuring…</source>
      <translation>正在测量…</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Accept polygon</source>
      <translation>接受多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Reject polygon</source>
      <translation>拒绝多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Change type of movement</source>
      <translation>更改运动类型</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Redraw polygon</source>
      <translation>重绘多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Add polygon</source>
      <translation>添加多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>This place is part of a polygon already.</source>
      <translation>此处已属于某个多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Edit that polygon, or click beside it.</source>
      <translation>请编辑那个多边形，或单击其旁边。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>The line does not cut the polygon in two.</source>
      <translation>该线没有将多边形一分为二。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Begin and end it outside of the polygon.</source>
      <translation>请让线的起点和终点都在多边形之外。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Split polygon</source>
      <translation>分割多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Merge polygons</source>
      <translation>合并多边形</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Repair outlines</source>
      <translation>修复轮廓</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Add fields</source>
      <translation>添加字段</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>No polygon touches this one.</source>
      <translation>没有与之相接的多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Redraw it around both, and reject the other.</source>
      <translation>请绕两者重绘其一，并拒绝另一个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>This polygon is no longer there.</source>
      <translation>该多边形已不存在。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Go on with the next one.</source>
      <translation>请继续下一个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>The outline encloses no area.</source>
      <translation>轮廓没有围成面积。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/operations.py" />
      <source>Draw at least three points around the landslide.</source>
      <translation>请在滑坡周围至少绘制三个点。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/probability.py" />
      <source>{} is not a probability raster.</source>
      <translation>{} 不是概率栅格。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/probability.py" />
      <source>The region around this place does not end within {} pixels.</source>
      <translation>此处所在的区域超出 {} 像素仍未闭合。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/probability.py" />
      <source>Click on a place of higher probability, or draw the outline.</source>
      <translation>请单击概率更高的位置，或绘制轮廓。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/probability.py" />
      <source>There is no probability above 0 at this place.</source>
      <translation>此处没有大于 0 的概率。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/probability.py" />
      <source>Click on a landslide, or draw the outline.</source>
      <translation>请单击滑坡，或绘制轮廓。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/record.py" />
      <source>There is no probability raster to grow a region in.</source>
      <translation>没有可供区域生长的概率栅格。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/record.py" />
      <source>Choose the probability.tif of the run.</source>
      <translation>请选择该次运行的 probability.tif。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>There is no polygon at this place.</source>
      <translation>此处没有多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Click into a polygon.</source>
      <translation>请单击多边形内部。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Split into {} polygons.</source>
      <translation>已分割为 {} 个多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>No. {} is a part of this polygon now.</source>
      <translation>第 {} 号现已并入此多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>No region was grown just now.</source>
      <translation>刚才没有进行区域生长。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Click on a missed landslide first.</source>
      <translation>请先单击一处漏检的滑坡。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>There is nothing to undo.</source>
      <translation>没有可撤销的操作。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Saved.</source>
      <translation>已保存。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Fields added: {}.</source>
      <translation>已添加的字段：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Invalid outlines repaired: {}.</source>
      <translation>已修复的无效轮廓：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>How uncertain each polygon is comes from the run's uncertainty.tif.</source>
      <translation>每个多边形的不确定性取自该运行的 uncertainty.tif。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>There is no polygon under review.</source>
      <translation>没有正在核查的多边形。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Go to the next one first.</source>
      <translation>请先转到下一个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>The fields that the review had added to the layer were taken back.</source>
      <translation>审查添加到图层的字段已被撤销。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>Redo that, or end the review and begin anew.</source>
      <translation>请重做该操作，或结束审查后重新开始。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/review/session.py" />
      <source>The review has ended.</source>
      <translation>核查已结束。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runs.py" />
      <source>The folder {} cannot be made ({}).</source>
      <translation>无法创建文件夹 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runs.py" />
      <source>Detecting landslides in {}</source>
      <translation>正在 {} 中识别滑坡</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>This processor has no SSE 4.2, which NumPy and PyTorch need.</source>
      <translation>此处理器没有 NumPy 和 PyTorch 所需的 SSE 4.2。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Use a computer made after 2010.</source>
      <translation>请使用 2010 年以后制造的计算机。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>This system's C library is not glibc, for which the packages are built.</source>
      <translation>此系统的 C 库不是软件包所针对的 glibc。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Choose a Python with PyTorch of this system's own.</source>
      <translation>请选择系统中带有 PyTorch 的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>This system's glibc {} is older than {}.</source>
      <translation>此系统的 glibc {} 低于 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Upgrade the system (Debian 10, Ubuntu 20.04, RHEL 8).</source>
      <translation>请升级系统（Debian 10、Ubuntu 20.04、RHEL 8）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>macOS {} is older than {}.</source>
      <translation>macOS {} 低于 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Upgrade macOS.</source>
      <translation>请升级 macOS。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Windows lacks the Visual C++ runtime ({}).</source>
      <translation>Windows 缺少 Visual C++ 运行库（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Install it from {}, then set up again.</source>
      <translation>请从 {} 安装，然后重新安装运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Paths below {} would have {} characters, and Windows takes {}.</source>
      <translation>{} 之下的路径将有 {} 个字符，而 Windows 最多允许 {} 个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Choose a folder with a shorter path for the runtime.</source>
      <translation>请为运行环境选择路径更短的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>The disk of {} has {} free, and the setup needs {}.</source>
      <translation>{} 所在磁盘可用 {}，安装需要 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/checks.py" />
      <source>Make room, or choose a folder on another disk.</source>
      <translation>请腾出空间，或选择其他磁盘上的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>{} failed with exit code {}: {}</source>
      <translation>{} 失败，退出代码 {}：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The details have the whole log.</source>
      <translation>完整日志见详细信息。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The disk is full.</source>
      <translation>磁盘已满。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Make room, or choose a folder on another disk, and set up again.</source>
      <translation>请腾出空间或选择其他磁盘上的文件夹，然后重新安装。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>{} is not the file that was locked: its SHA-256 differs.</source>
      <translation>{} 不是锁定的那个文件：其 SHA-256 不同。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Nothing of it was installed. Try again; if it stays so, a proxy or a mirror changes files, and your network's administrator should know.</source>
      <translation>未安装其中任何内容。请重试；若依旧如此，则是代理或镜像改动了文件，请告知网络管理员。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The lock has no hash for {}.</source>
      <translation>锁定清单中没有 {} 的哈希值。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Install the plugin again: its files are damaged.</source>
      <translation>请重新安装插件：其文件已损坏。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The proxy refuses the connection to {}.</source>
      <translation>代理拒绝连接到 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Check proxy, user and password in Settings &gt; Options &gt; Network.</source>
      <translation>请在“设置 &gt; 选项 &gt; 网络”中检查代理、用户和密码。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>pip cannot use a SOCKS proxy.</source>
      <translation>pip 无法使用 SOCKS 代理。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Set an HTTP proxy in Settings &gt; Options &gt; Network.</source>
      <translation>请在“设置 &gt; 选项 &gt; 网络”中设置 HTTP 代理。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The certificate of {} cannot be verified.</source>
      <translation>无法验证 {} 的证书。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>If your network inspects encrypted traffic, add its authority in Settings &gt; Options &gt; Authentication &gt; Manage certificates.</source>
      <translation>如果您的网络会检查加密流量，请在“设置 &gt; 选项 &gt; 认证 &gt; 管理证书”中添加其证书颁发机构。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Another program uses the file {}.</source>
      <translation>另一程序正在使用文件 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>It may be a virus scanner: wait a minute and repair the runtime.</source>
      <translation>可能是杀毒软件：请稍等一分钟，然后修复运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>There is no permission to write {}.</source>
      <translation>没有写入 {} 的权限。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Choose another folder for the runtime; a virus scanner may guard this one.</source>
      <translation>请为运行环境选择其他文件夹；此文件夹可能受杀毒软件保护。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The path {} is too long for this system.</source>
      <translation>路径 {} 对此系统而言过长。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>The download from {} broke off.</source>
      <translation>来自 {} 的下载中断。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Set up again: what has arrived is not downloaded twice.</source>
      <translation>请重新安装：已下载的内容不会再次下载。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>{} cannot be reached.</source>
      <translation>无法连接 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Check the network and QGIS's proxy settings, or take the packages from a folder.</source>
      <translation>请检查网络和 QGIS 的代理设置，或从文件夹获取软件包。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>{} is not asked, because the connection to it is not encrypted.</source>
      <translation>未访问 {}，因为到它的连接未加密。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Give pip an address that begins with https, or name it as a trusted host.</source>
      <translation>请为 pip 提供以 https 开头的地址，或将其设为受信任主机。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>There is no file of {} for this computer where packages are looked for.</source>
      <translation>在软件包来源中找不到适合本机的 {} 文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>A mirror or a folder may lack it: complete it, or use the internet.</source>
      <translation>镜像或文件夹可能缺少它：请补全，或使用互联网。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>This Python cannot make environments.</source>
      <translation>此 Python 无法创建环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Install its venv module (python3-venv on Debian and Ubuntu).</source>
      <translation>请安装其 venv 模块（Debian 和 Ubuntu 上为 python3-venv）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>the index</source>
      <translation>软件包索引</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>a file</source>
      <translation>某个文件</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>{} cannot be written ({}).</source>
      <translation>无法写入 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/complaints.py" />
      <source>Choose another folder for the runtime.</source>
      <translation>请为运行环境选择其他文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>{} cannot be removed ({}).</source>
      <translation>无法删除 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>Wait until no detection runs in any window of QGIS, then try again.</source>
      <translation>请等所有 QGIS 窗口中的识别结束后再试。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>The folder {} cannot be written.</source>
      <translation>无法写入文件夹 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>process {}</source>
      <translation>进程 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>unknown process</source>
      <translation>未知进程</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>Another window of QGIS ({}) is setting up the runtime.</source>
      <translation>另一个 QGIS 窗口（{}）正在安装运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/folders.py" />
      <source>Wait until it has finished, then look again.</source>
      <translation>请等它结束后再查看。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>Macs have one build; it uses the GPU through Metal.</source>
      <translation>Mac 只有一种构建；它通过 Metal 使用 GPU。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>There is no build with CUDA for {} on this kind of computer: {}</source>
      <translation>没有适合此类计算机的 {} 的 CUDA 构建：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>the processor computes.</source>
      <translation>由处理器计算。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>nothing for {} s</source>
      <translation>{} 秒没有响应</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>{}: its driver {} is older than {}, so the processor computes; update the driver to use the GPU.</source>
      <translation>{}：驱动程序 {} 低于 {}，因此由处理器计算；更新驱动程序即可使用 GPU。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>{} has compute capability {}, and PyTorch needs {}, so the processor computes.</source>
      <translation>{} 的计算能力为 {}，PyTorch 需要 {}，因此由处理器计算。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>{} has compute capability {}, which CUDA 13 has dropped: the build for CUDA 12.6.</source>
      <translation>{} 的计算能力为 {}，CUDA 13 已不再支持：使用 CUDA 12.6 构建。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>{} with driver {}: the build for CUDA 13.0.</source>
      <translation>{}，驱动程序 {}：使用 CUDA 13.0 构建。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>{} needs driver 580 or newer and has {}, so the processor computes; update the driver to use the GPU.</source>
      <translation>{} 需要 580 或更高版本的驱动程序，现为 {}，因此由处理器计算；更新驱动程序即可使用 GPU。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>{} with driver {}, which is older than 580: the build for CUDA 12.6.</source>
      <translation>{} 的驱动程序 {} 低于 580：使用 CUDA 12.6 构建。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>There is no NVIDIA driver, so the processor computes.</source>
      <translation>没有 NVIDIA 驱动程序，因此由处理器计算。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/gpu.py" />
      <source>The NVIDIA driver says “{}”, so the processor computes.</source>
      <translation>NVIDIA 驱动程序报告“{}”，因此由处理器计算。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/interpreters.py" />
      <source>{} does not answer as Python does.</source>
      <translation>{} 的应答不像 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/interpreters.py" />
      <source>Choose the file bin/python or python.exe of an environment.</source>
      <translation>请选择某个环境的 bin/python 或 python.exe 文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/interpreters.py" />
      <source>{} is a Python of {} bits.</source>
      <translation>{} 是 {} 位的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/interpreters.py" />
      <source>Choose one of 64 bits.</source>
      <translation>请选择 64 位的版本。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/interpreters.py" />
      <source>{} is older than {}.</source>
      <translation>{} 低于 {}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/interpreters.py" />
      <source>Choose a newer one.</source>
      <translation>请选择更新的版本。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>Making the environment</source>
      <translation>正在创建环境</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>No Python could be found or fetched.</source>
      <translation>找不到也无法获取 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>No Python could be made ready: {}</source>
      <translation>未能备好 Python：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>Install Python 3.12 from python.org (on Debian and Ubuntu python3-venv), or choose a Python in which you have installed the packages.</source>
      <translation>请从 python.org 安装 Python 3.12（Debian 和 Ubuntu 上为 python3-venv），或选择一个您已安装好软件包的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>Fetching {}</source>
      <translation>正在获取 {}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>There is no uv on this computer, and the internet is not to be used.</source>
      <translation>本机没有 uv，且未允许使用互联网。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>Install Python with its venv module.</source>
      <translation>请安装带 venv 模块的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>The lock knows no SHA-256 for {}: its index vouches for it.</source>
      <translation>锁定清单中没有 {} 的 SHA-256：以其索引为准。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/job.py" />
      <source>Installing the packages</source>
      <translation>正在安装软件包</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/lock.py" />
      <source>There are no packages for this kind of computer ({}).</source>
      <translation>没有适合此类计算机（{}）的软件包。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/lock.py" />
      <source>Choose a Python in which you have installed PyTorch yourself.</source>
      <translation>请选择一个您已自行安装 PyTorch 的 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/program.py" />
      <source>{} cannot be started ({}).</source>
      <translation>无法启动 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/program.py" />
      <source>If a virus scanner guards it, allow it there; else choose another Python.</source>
      <translation>如果是杀毒软件拦截，请在其中放行；否则请选择其他 Python。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/records.py" />
      <source>Files are missing or changed in {}.</source>
      <translation>{} 中有文件缺失或被改动。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/records.py" />
      <source>Repair the runtime.</source>
      <translation>请修复运行环境。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/survey.py" />
      <source>The GPU is not used: {}.</source>
      <translation>未使用 GPU：{}。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/uv.py" />
      <source>Nothing of it was kept. Try again; a proxy or a mirror may change files.</source>
      <translation>未保留其中任何内容。请重试；可能是代理或镜像改动了文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/uv.py" />
      <source>{} cannot be reached ({}).</source>
      <translation>无法连接 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/runtime/uv.py" />
      <source>Check the network and QGIS's proxy settings.</source>
      <translation>请检查网络和 QGIS 的代理设置。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>{} cannot be opened and will be skipped.</source>
      <translation>{} 无法打开，将被跳过。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>{} of {} rasters cannot be opened and will be skipped.</source>
      <translation>{} 个栅格（共 {} 个）无法打开，将被跳过。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>{} layers are chosen; at most {} can be named.</source>
      <translation>选择了 {} 个图层；最多可以指定 {} 个。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>Choose their folder instead.</source>
      <translation>请改为选择它们的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>{} layers</source>
      <translation>{} 个图层</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>The folder {} cannot be read ({}).</source>
      <translation>无法读取文件夹 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>Choose one that you may read.</source>
      <translation>请选择有读取权限的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>The folder {} holds no image.</source>
      <translation>文件夹 {} 中没有影像。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>Choose one with GeoTIFFs or the like.</source>
      <translation>请选择含有 GeoTIFF 等影像的文件夹。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>{} · {} rasters</source>
      <translation>{} · {} 个栅格</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>None of the {} rasters can be opened.</source>
      <translation>{} 个栅格都无法打开。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/scenes.py" />
      <source>Check the files, or choose others.</source>
      <translation>请检查这些文件，或选择其他文件。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/worker.py" />
      <source>The worker has said nothing for {} s: it hangs, or the computer is very busy.</source>
      <translation>后台程序已有 {} 秒没有消息：它可能停滞，或计算机非常繁忙。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/worker.py" />
      <source>Wait, or cancel the run.</source>
      <translation>请等待，或取消运行。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/worker.py" />
      <source>The worker's Python {} went away during the run.</source>
      <translation>后台程序的 Python {} 在运行期间消失了。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/worker.py" />
      <source>Repair the runtime, or set it up again, in Raster &gt; CALandDet &gt; Runtime.</source>
      <translation>请在 栅格 &gt; CALandDet &gt; 运行环境 中修复运行环境，或重新安装。</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/worker.py" />
      <source>The worker said: {}</source>
      <translation>后台程序报告：{}</translation>
    </message>
    <message>
      <location filename="../../calanddet_qgis/worker.py" />
      <source>Choose another one in Settings &gt; Options &gt; CALandDet.</source>
      <translation>请在“设置 &gt; 选项 &gt; CALandDet”中选择其他 Python。</translation>
    </message>
  </context>
  <context>
    <name>backend</name>
    <message>
      <location filename="../../backend/benchmark/engines.py" />
      <source>bf16 is left out: the {} has no units for it.</source>
      <translation>略去 bf16：{} 没有相应的计算单元。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/one_engine.py" />
      <source>It computes in {} instead of {}.</source>
      <translation>以 {} 而非 {} 计算。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/rivals.py" />
      <source>There is no rival {}.</source>
      <translation>没有对比方法 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/rivals.py" />
      <source>{} is left out, because the package {} is missing: python -m pip install --no-deps {}</source>
      <translation>略去 {}，因为缺少软件包 {}：python -m pip install --no-deps {}</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/rivals.py" />
      <source>onnxruntime is left out, because its package computes on the CPU and the others on {}: python -m backend benchmark --device cpu</source>
      <translation>略去 onnxruntime，因为其软件包在 CPU 上计算，而其他的在 {} 上：python -m backend benchmark --device cpu</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/rounds.py" />
      <source>Try a smaller raster (--size).</source>
      <translation>请尝试更小的栅格（--size）。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/rounds.py" />
      <source>Running each of them once, unmeasured.</source>
      <translation>各运行一次，不计时。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/rounds.py" />
      <source>{} It is left out.</source>
      <translation>{} 已将其略去。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>There cannot be {} repeats.</source>
      <translation>重复次数不能为 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>Give 1 or more.</source>
      <translation>请给出 1 或更大的数。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>A size of {} px is for the generated scene, and {} is measured as it is.</source>
      <translation>{} 像素的大小只用于生成的场景，{} 按原样测量。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>Leave out the size or the raster.</source>
      <translation>请不要给出大小，或不要给出栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>{} has {} values in {} bands; the ways that are compared take red, green and blue of 8 bits alone.</source>
      <translation>{} 的值为 {}，共 {} 个波段；参与对比的方法只接受 8 位的红、绿、蓝。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>Choose an 8-bit RGB image, or the generated scene.</source>
      <translation>请选择 8 位 RGB 影像，或生成的场景。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>{} takes {} from {} to {} in tiles of {} px; the ways that are compared take three bands of 8 bits and tiles whose side four divides.</source>
      <translation>{} 需要 {}，取值 {} 至 {}，图块为 {} 像素；参与对比的方法需要三个波段，且图块边长能被四整除。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>Choose a checkpoint for 8-bit RGB images.</source>
      <translation>请选择用于 8 位 RGB 影像的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>{} is smaller than a tile of {} px.</source>
      <translation>{} 小于一个 {} 像素的图块。</translation>
    </message>
    <message>
      <location filename="../../backend/benchmark/setting.py" />
      <source>Choose a larger one.</source>
      <translation>请选择更大的。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>The card is no JSON.</source>
      <translation>模型说明不是 JSON。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>Get the file again, or convert the original anew.</source>
      <translation>请重新获取该文件，或重新转换原始文件。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>The card is no JSON object.</source>
      <translation>模型说明不是 JSON 对象。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>The card is of format {}; this version reads formats up to {}.</source>
      <translation>模型说明的格式为 {}；此版本最高可读取格式 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>Update the plugin, or get the checkpoint in an older format.</source>
      <translation>请更新插件，或获取旧格式的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>The card's {} is {}, not {}.</source>
      <translation>模型说明中的 {} 为 {}，而非 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/card.py" />
      <source>The card has no {}{}.</source>
      <translation>模型说明没有 {}{}。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} cannot be written ({}).</source>
      <translation>无法写入 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Choose another place or make room.</source>
      <translation>请选择其他位置或腾出空间。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is no name for a converted checkpoint.</source>
      <translation>{} 不能用作转换后模型文件的名称。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Let it end in {}.</source>
      <translation>名称请以 {} 结尾。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is a checkpoint of {}, not of {}.</source>
      <translation>{} 是 {} 的模型文件，而非 {} 的。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Leave the architecture out, or choose a checkpoint of {}.</source>
      <translation>请不要指定架构，或选择 {} 的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is a folder.</source>
      <translation>{} 是文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Choose the checkpoint file in it.</source>
      <translation>请选择其中的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} does not exist.</source>
      <translation>{} 不存在。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Choose a checkpoint file.</source>
      <translation>请选择模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Get the file again; it may have been cut off on its way.</source>
      <translation>请重新获取该文件；可能在传输中被截断。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} must not be read.</source>
      <translation>没有读取 {} 的权限。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Ask its owner for the permission.</source>
      <translation>请向其所有者索取权限。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} cannot be read ({}).</source>
      <translation>无法读取 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Check the disk and the permissions.</source>
      <translation>请检查磁盘和权限。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is damaged, incomplete or no checkpoint.</source>
      <translation>{} 已损坏、不完整或不是模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} has no card, so that its bands and scaling are unknown.</source>
      <translation>{} 没有模型说明，因此其波段和缩放方式未知。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Convert the original file with 'python -m backend checkpoint convert'.</source>
      <translation>请用“python -m backend checkpoint convert”转换原始文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is no checkpoint.</source>
      <translation>{} 不是模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Choose a .safetensors, .pt or .pth file.</source>
      <translation>请选择 .safetensors、.pt 或 .pth 文件。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is cut off or damaged.</source>
      <translation>{} 被截断或已损坏。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is an archive without weights.</source>
      <translation>{} 是不含权重的压缩包。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Save the network's state_dict() with torch.save, and open that.</source>
      <translation>请用 torch.save 保存网络的 state_dict()，再打开它。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is a TorchScript program, not weights.</source>
      <translation>{} 是 TorchScript 程序，不是权重。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} would run code ({}) when opened, so it was not opened.</source>
      <translation>打开 {} 会运行代码（{}），因此没有打开。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} is a pickle that holds more than weights, so it was not opened.</source>
      <translation>{} 是除权重外还含有其他内容的 pickle 文件，因此没有打开。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{}: the card's config is impossible: {}</source>
      <translation>{}：模型说明中的配置不成立：{}</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{}: the network takes {} bands, its card names {}.</source>
      <translation>{}：网络需要 {} 个波段，其模型说明列出 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Write the file anew with a card that names every band.</source>
      <translation>请重写该文件，并在模型说明中列出每个波段。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{}: the card's tile_size is {}, not a multiple of {}.</source>
      <translation>{}：模型说明中的 tile_size 为 {}，不是 {} 的倍数。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>{} does not fit its card: it {}.</source>
      <translation>{} 与其模型说明不符：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/checkpoint.py" />
      <source>Get the file from its source again; it is spoilt, or its network was changed.</source>
      <translation>请从来源重新获取该文件；它已损坏，或其网络被改动过。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/check.py" />
      <source>The worker {} takes no part: {}.</source>
      <translation>工作进程 {} 不参与：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/check.py" />
      <source>No worker of the scheduler {} can take part; {}: {}.</source>
      <translation>调度器 {} 没有可参与的工作进程；{}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/check.py" />
      <source>Give all workers the backend of this computer.</source>
      <translation>请让所有工作进程使用本机的后台程序版本。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/connect.py" />
      <source>{} asks for {} workers on this computer.</source>
      <translation>{} 要求在本机启动 {} 个工作进程。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/connect.py" />
      <source>Ask for 1 to {}: one for each GPU.</source>
      <translation>请要求 1 到 {} 个：每个 GPU 一个。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/connect.py" />
      <source>{} is no address of a scheduler.</source>
      <translation>{} 不是调度器地址。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/connect.py" />
      <source>Give HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT, or local:N for N workers here.</source>
      <translation>请给出 HOST:PORT、tcp://HOST:PORT、tls://HOST:PORT，或用 local:N 表示本机的 N 个工作进程。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/connect.py" />
      <source>The scheduler {} does not answer ({}).</source>
      <translation>调度器 {} 没有应答（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/connect.py" />
      <source>Check that it runs, its address, the firewall, and for tls:// the certificates.</source>
      <translation>请检查它是否在运行、其地址、防火墙，以及 tls:// 所用的证书。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>There has been no worker at the scheduler {} for {} s.</source>
      <translation>调度器 {} 处已有 {} 秒没有工作进程。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>Start workers (python -m backend cluster worker ADDRESS), then go on with the run (--resume).</source>
      <translation>请启动工作进程（python -m backend cluster worker ADDRESS），然后继续运行（--resume）。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>The block {} of {} was lost {} times, the last time with the worker {}.</source>
      <translation>区块 {}（共 {}）丢失了 {} 次，最后一次是在工作进程 {} 处。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>Look into that worker's log, then go on with the run (--resume).</source>
      <translation>请查看该工作进程的日志，然后继续运行（--resume）。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>The connection to the scheduler {} is lost.</source>
      <translation>与调度器 {} 的连接已断开。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>Start it again, and go on with the run (--resume): what is done is kept.</source>
      <translation>请重新启动它，并继续运行（--resume）：已完成的部分会保留。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>No worker of the scheduler {} can do the work; {}: {}.</source>
      <translation>调度器 {} 没有能完成该任务的工作进程；{}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/failures.py" />
      <source>Give all workers the same backend, the same checkpoint and the same paths.</source>
      <translation>请让所有工作进程使用相同的后台程序、相同的模型文件和相同的路径。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/run.py" />
      <source>{} gives a tile values that depend on its place in a batch: single pixels may differ by 1 / 250 from a run on one machine.</source>
      <translation>{} 使图块的数值取决于它在批次中的位置：个别像素可能与单机运行相差 1 / 250。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/scale.py" />
      <source>The process for {} has ended at once.</source>
      <translation>用于 {} 的进程立即结束了。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/scale.py" />
      <source>See stderr.</source>
      <translation>请查看标准错误输出。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/serve.py" />
      <source>Nothing can be served at {} ({}).</source>
      <translation>无法在 {} 提供服务（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/serve.py" />
      <source>Name an address of this computer, a free port, and a scheduler that answers.</source>
      <translation>请指定本机的地址、空闲端口，以及有应答的调度器。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/settings.py" />
      <source>{} is {}, which is no object of known names and positive numbers.</source>
      <translation>{} 为 {}，它不是由已知名称和正数组成的对象。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/task.py" />
      <source>A block cannot be written into {}: {}.</source>
      <translation>无法将区块写入 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/cluster/task.py" />
      <source>Free space on the disk, or choose another output folder.</source>
      <translation>请释放磁盘空间，或选择其他输出文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/choose.py" />
      <source>There is only PyTorch for {}.</source>
      <translation>{} 只能使用 PyTorch。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/cuda_engine.py" />
      <source>{} failed its self-test: probabilities differ by {} / 250 from the plain network's.</source>
      <translation>{} 未通过自检：概率与普通网络相差 {} / 250。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/devices.py" />
      <source>The device {} cannot be used: {}.</source>
      <translation>无法使用设备 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/ensemble.py" />
      <source>{} and {} cannot run together: they differ in {} ({} and {}).</source>
      <translation>{} 和 {} 不能一起运行：它们的 {} 不同（{} 和 {}）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/ensemble.py" />
      <source>Choose checkpoints that were trained alike, or run them one by one.</source>
      <translation>请选择训练方式相同的模型文件，或逐个运行。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/ensemble.py" />
      <source>{} and {} cannot run together: one is for {} m a pixel, the other for {} to {} m.</source>
      <translation>{} 和 {} 不能一起运行：一个用于 {} 米/像素，另一个用于 {} 至 {} 米。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/ensemble.py" />
      <source>Choose checkpoints for the same ground sampling distance.</source>
      <translation>请选择地面采样距离相同的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/failures.py" />
      <source>{} has too little memory for a single tile.</source>
      <translation>{} 的内存连一个图块都容纳不下。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/failures.py" />
      <source>Close other programs that use it, or use the CPU (--device cpu).</source>
      <translation>请关闭占用它的其他程序，或使用 CPU（--device cpu）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/failures.py" />
      <source>Update the NVIDIA driver, or use the CPU (--device cpu).</source>
      <translation>请更新 NVIDIA 驱动程序，或使用 CPU（--device cpu）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/openvino_engine.py" />
      <source>{} crashed on {} (code {}).</source>
      <translation>{} 在 {} 上崩溃（代码 {}）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/openvino_library.py" />
      <source>OpenVINO cannot be used ({}).</source>
      <translation>无法使用 OpenVINO（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/openvino_library.py" />
      <source>Repair the Python environment of the worker, or go on with PyTorch.</source>
      <translation>请修复后台程序的 Python 环境，或继续使用 PyTorch。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/openvino_model.py" />
      <source>{} cannot run {} ({}).</source>
      <translation>{} 无法运行 {}（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/openvino_model.py" />
      <source>{} does not get PyTorch's results for {} on this processor (off by up to {}).</source>
      <translation>在此处理器上，{} 对 {} 得不到与 PyTorch 一致的结果（偏差达 {}）。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/self_test.py" />
      <source>{} gets results that are no numbers.</source>
      <translation>{} 得到的结果不是数字。</translation>
    </message>
    <message>
      <location filename="../../backend/engines/self_test.py" />
      <source>Compute in float32 (--precision fp32).</source>
      <translation>请用 float32 计算（--precision fp32）。</translation>
    </message>
    <message>
      <location filename="../../backend/explain.py" />
      <source>There is no image under the place or the polygons: all pixels are nodata.</source>
      <translation>该位置或多边形下没有影像：所有像素均为无数据。</translation>
    </message>
    <message>
      <location filename="../../backend/explain.py" />
      <source>Choose others.</source>
      <translation>请选择其他的。</translation>
    </message>
    <message>
      <location filename="../../backend/explain.py" />
      <source>Either a place or polygons can be explained.</source>
      <translation>只能解释一个位置或多边形之一。</translation>
    </message>
    <message>
      <location filename="../../backend/explain.py" />
      <source>Give one of both (--at, --polygons).</source>
      <translation>请二选一（--at、--polygons）。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_stages.py" />
      <source>{} has no stage {}.</source>
      <translation>{} 没有阶段 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_targets.py" />
      <source>The place {}, {} lies outside of the raster.</source>
      <translation>位置 {}, {} 在栅格之外。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_targets.py" />
      <source>Give a place on it, in its own CRS.</source>
      <translation>请给出栅格之内、以其自身坐标参考系表示的位置。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_targets.py" />
      <source>The polygons of {} do not touch the raster.</source>
      <translation>{} 的多边形与栅格不相交。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_targets.py" />
      <source>Choose polygons on it, and check both CRS.</source>
      <translation>请选择位于其上的多边形，并检查两者的坐标参考系。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_targets.py" />
      <source>The polygon takes {} tiles of {} px to explain, more than {}.</source>
      <translation>解释该多边形需要 {} 个 {} 像素的图块，超过 {} 个。</translation>
    </message>
    <message>
      <location filename="../../backend/explain_targets.py" />
      <source>Choose a smaller one, or a part of it (--at).</source>
      <translation>请选择较小的多边形，或其一部分（--at）。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/common.py" />
      <source>{} is not a GeoPackage, whose fields could be updated in place.</source>
      <translation>{} 不是可就地更新字段的 GeoPackage。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/common.py" />
      <source>Name a new GeoPackage for the result.</source>
      <translation>请为结果指定新的 GeoPackage。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/common.py" />
      <source>{} is not named as a GeoPackage.</source>
      <translation>{} 的名称不是 GeoPackage。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/common.py" />
      <source>End it in .gpkg.</source>
      <translation>名称请以 .gpkg 结尾。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>The elevation model {} has {} bands.</source>
      <translation>数字高程模型 {} 有 {} 个波段。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>Choose a raster of one band.</source>
      <translation>请选择单波段栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>The elevation model {} cannot be placed on the layer: {} has no CRS.</source>
      <translation>数字高程模型 {} 无法与图层配准：{} 没有坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>Assign its CRS, or leave the elevation model out.</source>
      <translation>请指定其坐标参照系，或不使用数字高程模型。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>The elevation model {} has no elevation under any of the polygons.</source>
      <translation>数字高程模型 {} 在所有多边形处均无高程。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>Choose one that covers them, and check both CRS.</source>
      <translation>请选择覆盖多边形的数字高程模型，并检查两者的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>{} is not a probability raster: it has {} band(s) and values up to {}.</source>
      <translation>{} 不是概率栅格：它有 {} 个波段，最大值为 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/fields.py" />
      <source>Choose the probability.tif of a run.</source>
      <translation>请选择某次运行的 probability.tif。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_compare.py" />
      <source>The IoU {} is no share of an area.</source>
      <translation>交并比 {} 不是面积比例。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_compare.py" />
      <source>Give a number above 0, up to 1.</source>
      <translation>请给出大于 0、不超过 1 的数。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_compare.py" />
      <source>No polygon of either layer lies in the area {}.</source>
      <translation>两个图层在区域 {} 内都没有多边形。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_compare.py" />
      <source>Choose the area that was searched, and check all CRS.</source>
      <translation>请选择识别过的区域，并检查所有坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>{} has no CRS, so that its places on the Earth are not known.</source>
      <translation>{} 没有坐标参照系，因此其地理位置未知。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>Assign its CRS.</source>
      <translation>请指定其坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>There is no status {}.</source>
      <translation>没有状态 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>There is no export format {}.</source>
      <translation>没有导出格式 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>{} is not named as {}.</source>
      <translation>{} 的名称不是 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>{} is not a date.</source>
      <translation>{} 不是日期。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>Write it as year-month-day, 2024-07-30.</source>
      <translation>请按“年-月-日”书写，如 2024-07-30。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>{} is the layer itself.</source>
      <translation>{} 就是该图层本身。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_exchange.py" />
      <source>Choose another name.</source>
      <translation>请选择其他名称。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_fields.py" />
      <source>Crown and toe points need an elevation model.</source>
      <translation>后缘点和前缘点需要数字高程模型。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_fields.py" />
      <source>Give one, or leave the points out.</source>
      <translation>请给出数字高程模型，或不要这些点。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_statistics.py" />
      <source>{} has no CRS, so that its areas are not known.</source>
      <translation>{} 没有坐标参照系，因此其面积未知。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_statistics.py" />
      <source>The searched area {} km² is not above 0.</source>
      <translation>识别面积 {} km² 不大于 0。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/job_statistics.py" />
      <source>Give it in square kilometres, or leave it out.</source>
      <translation>请以平方千米给出，或不填。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>All {} polygons of {} are rejected.</source>
      <translation>{} 个多边形全部被拒绝（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Accept some, or choose another layer.</source>
      <translation>请接受一些多边形，或选择其他图层。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>There is no vector file {}.</source>
      <translation>矢量文件 {} 不存在。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Check the path.</source>
      <translation>请检查路径。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>{} is not a vector layer that GDAL can read.</source>
      <translation>{} 不是 GDAL 可读取的矢量图层。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Choose a polygon layer.</source>
      <translation>请选择多边形图层。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>{} holds no polygon: none of its {} features is one.</source>
      <translation>{} 中没有多边形：其 {} 个要素都不是多边形。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Choose a layer of polygons.</source>
      <translation>请选择多边形图层。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>{} cannot be placed: one of both layers has a CRS, the other has none.</source>
      <translation>{} 无法配准：两个图层中一个有坐标参照系，另一个没有。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Assign the missing CRS.</source>
      <translation>请指定缺少的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>{} cannot be moved from {} to {}: no way is known.</source>
      <translation>{} 无法从 {} 转换到 {}：没有已知的转换方法。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Check both CRS.</source>
      <translation>请检查两者的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>{} cannot be moved from {} to {}: it lies outside of it.</source>
      <translation>{} 无法从 {} 转换到 {}：它位于其范围之外。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>The CRS of {} cannot be understood.</source>
      <translation>无法识别 {} 的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/layer.py" />
      <source>Assign the layer's CRS again.</source>
      <translation>请重新指定图层的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/store.py" />
      <source>{} is not a GeoPackage that can be updated ({}).</source>
      <translation>{} 不是可更新的 GeoPackage（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/store.py" />
      <source>{} cannot be written into {}: {}.</source>
      <translation>{} 无法写入 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/inventory/volume.py" />
      <source>There is no area-to-volume relation {}.</source>
      <translation>没有面积—体积关系 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/decisions.py" />
      <source>{} has no field status that says what was decided.</source>
      <translation>{} 没有说明判定结果的 status 字段。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/decisions.py" />
      <source>Review the layer first.</source>
      <translation>请先核查该图层。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/decisions.py" />
      <source>None of the {} polygons of {} lies on the raster.</source>
      <translation>{} 个多边形（{}）都不在该栅格上。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/decisions.py" />
      <source>Choose the raster that they were drawn on, and check both CRS.</source>
      <translation>请选择绘制它们时所依据的栅格，并检查两者的坐标参考系。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/decisions.py" />
      <source>Too few decisions to learn from: {} accepted, edited or added and {} rejected; at least {} accepted, edited or added ones are needed.</source>
      <translation>判定太少，无法学习：{} 个已接受、已编辑或已添加，{} 个已拒绝；至少需要 {} 个已接受、已编辑或已添加的多边形。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/decisions.py" />
      <source>Review more of the layer first.</source>
      <translation>请先核查该图层的更多部分。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/job.py" />
      <source>{} holds what was learned from other decisions.</source>
      <translation>{} 保存的是从其他判定中学到的内容。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/job.py" />
      <source>Choose another name for the new checkpoint, or remove that folder to start anew.</source>
      <translation>请为新模型文件选择其他名称，或删除该文件夹以重新开始。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/job.py" />
      <source>{} on the held-out part: landslide F1 {}.</source>
      <translation>{} 在留出部分：滑坡 F1 为 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/parts.py" />
      <source>The {} landslides lie too close together to learn from some of them and to be judged by others.</source>
      <translation>{} 个滑坡彼此太近，无法用其中一些学习而用另一些检验。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/parts.py" />
      <source>Review more of the layer, elsewhere on the raster.</source>
      <translation>请在栅格的其他地方核查该图层的更多部分。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/plan.py" />
      <source>{} takes {}, which are put together from several rasters; from a review of one image it cannot learn.</source>
      <translation>{} 使用 {}，它们由多个栅格组合而成；无法从单幅影像的核查中学习。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/plan.py" />
      <source>Choose a checkpoint that takes the bands of an image.</source>
      <translation>请选择只使用影像波段的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>{} is no name for a checkpoint.</source>
      <translation>{} 不能用作模型文件的名称。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>{} is the checkpoint to go on from.</source>
      <translation>{} 就是要接续的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>Choose another name for the new one.</source>
      <translation>请为新的选择其他名称。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>{} minutes are no time to learn in.</source>
      <translation>{} 分钟不是可用的学习时间。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>Give a positive number.</source>
      <translation>请给出正数。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>The share to judge by is {}, not from 0.1 to 0.6.</source>
      <translation>用于检验的比例为 {}，不在 0.1 到 0.6 之间。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>Give a share such as 0.3.</source>
      <translation>请给出如 0.3 的比例。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>The whole raster and an area are both named as searched.</source>
      <translation>整幅栅格和一个区域被同时指定为已查找。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/request.py" />
      <source>Name one of the two.</source>
      <translation>请只指定其中之一。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/survey.py" />
      <source>The area {} does not touch the raster.</source>
      <translation>区域 {} 与栅格不相交。</translation>
    </message>
    <message>
      <location filename="../../backend/learning/survey.py" />
      <source>Choose polygons over the raster, and check both CRS.</source>
      <translation>请选择栅格范围内的多边形，并检查两者的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/models/__init__.py" />
      <source>'{}' is no architecture that is known here.</source>
      <translation>“{}”不是已知的架构。</translation>
    </message>
    <message>
      <location filename="../../backend/protocol.py" />
      <source>There is not enough memory.</source>
      <translation>内存不足。</translation>
    </message>
    <message>
      <location filename="../../backend/protocol.py" />
      <source>Close other programs.</source>
      <translation>请关闭其他程序。</translation>
    </message>
    <message>
      <location filename="../../backend/protocol.py" />
      <source>The worker stopped on an unexpected error ({}).</source>
      <translation>后台程序因意外错误而停止（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/protocol.py" />
      <source>Please report it with the log.</source>
      <translation>请连同日志一起报告此问题。</translation>
    </message>
    <message>
      <location filename="../../backend/published.py" />
      <source>{} holds no network's weights: it has {}.</source>
      <translation>{} 中没有网络权重：它含有 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/published.py" />
      <source>Save the network's state_dict() and open that.</source>
      <translation>请保存网络的 state_dict()，再打开它。</translation>
    </message>
    <message>
      <location filename="../../backend/published.py" />
      <source>{} is of an architecture that is not known here: it has {}.</source>
      <translation>{} 的架构未知：它含有 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/published.py" />
      <source>{} is close to {}, but {}.</source>
      <translation>{} 接近 {}，但 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/published.py" />
      <source>{} resembles {} and is none of them: {}.</source>
      <translation>{} 与 {} 相似但都不是：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>The area of interest {} does not touch the raster: it covers {}, the raster {}.</source>
      <translation>感兴趣区 {} 与栅格不相交：它覆盖 {}，栅格覆盖 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>There is no area of interest file {}.</source>
      <translation>感兴趣区文件 {} 不存在。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>{} has no layer {} that GDAL can read.</source>
      <translation>{} 中没有 GDAL 可读取的图层 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>{} is not a vector file that GDAL can read.</source>
      <translation>{} 不是 GDAL 可读取的矢量文件。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>{} holds no polygon.</source>
      <translation>{} 中没有多边形。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>{} has several layers of polygons: {}.</source>
      <translation>{} 含有多个多边形图层：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/area.py" />
      <source>Name one of them, as in {}|layername={}.</source>
      <translation>请指定其中一个，例如 {}|layername={}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/bands.py" />
      <source>{} band(s) were named ({}); the checkpoint needs {} ({}) of {}.</source>
      <translation>指定了 {} 个波段（{}）；模型文件需要 {} 个（{}），栅格为 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/bands.py" />
      <source>Name one band for each{}.</source>
      <translation>请为每项指定一个波段{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/bands.py" />
      <source>{} has no band {}: it has bands 1 to {}.</source>
      <translation>{} 没有波段 {}：它有波段 1 至 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/bands.py" />
      <source>Name bands that exist (--bands).</source>
      <translation>请指定存在的波段（--bands）。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/bands.py" />
      <source>{} has {} image band(s); the checkpoint needs {} ({}), of which {}.</source>
      <translation>{} 有 {} 个影像波段；模型文件需要 {} 个（{}），其中 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/bands.py" />
      <source>Choose a raster with these bands, or name the bands to use (--bands){}{}.</source>
      <translation>请选择具有这些波段的栅格，或指定要使用的波段（--bands）{}{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>The raster's position {} lies outside its CRS, {}.</source>
      <translation>栅格位置 {} 位于其坐标参照系 {} 之外。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>Check the raster's CRS and geotransform.</source>
      <translation>请检查栅格的坐标参照系和地理变换。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>The raster's pixels have no size on the ground ({} x {} m).</source>
      <translation>栅格像素没有地面尺寸（{} x {} 米）。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>The ground sampling distance {} m is not above 0.</source>
      <translation>地面采样距离 {} 米不大于 0。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>Give metres a pixel.</source>
      <translation>请给出米/像素数。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>At {} m a pixel the raster would have {} x {} px.</source>
      <translation>按 {} 米/像素，栅格将有 {} x {} 像素。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>Choose a distance nearer to its own, {} m.</source>
      <translation>请选择更接近其自身 {} 米的采样距离。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>{} has no CRS, so its ground sampling distance is unknown and it cannot be resampled to {} m.</source>
      <translation>{} 没有坐标参照系，因此其地面采样距离未知，无法重采样到 {} 米。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/ground.py" />
      <source>Assign the CRS, or use the native distance (--gsd native).</source>
      <translation>请指定坐标参照系，或使用其自身采样距离（--gsd native）。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>The folder {} holds {}; of what the checkpoint needs, {}.</source>
      <translation>文件夹 {} 中有 {}；模型文件所需的数据中，{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>Choose another folder or raster{}.</source>
      <translation>请选择其他文件夹或栅格{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>The checkpoint takes no band {}: it takes {}.</source>
      <translation>模型文件不使用波段 {}：它使用 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>Leave {} out, or name one of these.</source>
      <translation>请去掉 {}，或指定其中之一。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>The folder {} holds {}, but not {}.</source>
      <translation>文件夹 {} 中有 {}，但没有 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>Choose another folder.</source>
      <translation>请选择其他文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>{} has no band that is named as one that the checkpoint takes: {}.</source>
      <translation>{} 中没有以模型文件所用波段命名的波段：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/inputs.py" />
      <source>Say which band it is (for example --input {}={}).</source>
      <translation>请指明它是哪个波段（例如 --input {}={}）。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>There is no raster file {}.</source>
      <translation>栅格文件 {} 不存在。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>{} is not a raster that GDAL can read ({}).</source>
      <translation>{} 不是 GDAL 可读取的栅格（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>Choose a GeoTIFF or another raster format.</source>
      <translation>请选择 GeoTIFF 或其他栅格格式。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>{} has no raster bands of its own.</source>
      <translation>{} 自身没有栅格波段。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>Choose one of its subdatasets, or another raster.</source>
      <translation>请选择其子数据集，或其他栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>{} cannot be read{}: the file is damaged or truncated ({}).</source>
      <translation>无法读取 {}{}：文件已损坏或被截断（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>Copy or export the raster again.</source>
      <translation>请重新复制或导出该栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>{} has no valid pixel: everything is nodata.</source>
      <translation>{} 没有有效像素：全部为无数据。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/source.py" />
      <source>Check the raster's nodata value, mask and alpha band.</source>
      <translation>请检查栅格的无数据值、掩膜和 alpha 波段。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/warped.py" />
      <source>{} has no band {}: it has {}.</source>
      <translation>{} 没有波段 {}：它有 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/warped.py" />
      <source>Name a band that exists.</source>
      <translation>请指定存在的波段。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/warped.py" />
      <source>{} has no values over the raster: it lies elsewhere, or is nodata there.</source>
      <translation>{} 在栅格范围内没有值：它位于别处，或该处为无数据。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/warped.py" />
      <source>Choose one that covers the raster, and check both CRS.</source>
      <translation>请选择覆盖栅格的数字高程模型，并检查两者的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/raster/warped.py" />
      <source>{} cannot be placed on the raster: {} has no CRS.</source>
      <translation>{} 无法与栅格配准：{} 没有坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>The folder {} holds no {}.</source>
      <translation>文件夹 {} 中没有 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>Choose a folder as a detection has left it.</source>
      <translation>请选择识别后未改动的文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>{} is not what a detection writes ({}).</source>
      <translation>{} 不是识别所写的文件（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>{} was edited meanwhile.</source>
      <translation>{} 在此期间被编辑过。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>Apply again to keep these edits.</source>
      <translation>请再次应用以保留这些编辑。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>{} cannot be read: it is damaged or truncated.</source>
      <translation>无法读取 {}：它已损坏或被截断。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>Run the detection again.</source>
      <translation>请重新运行识别。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>The window {} lies outside of {}, {} x {} pixels.</source>
      <translation>窗口 {} 位于 {}（{} x {} 像素）之外。</translation>
    </message>
    <message>
      <location filename="../../backend/refine.py" />
      <source>Move the map to the result.</source>
      <translation>请将地图移到结果处。</translation>
    </message>
    <message>
      <location filename="../../backend/resume.py" />
      <source>{} is of an earlier run and cannot be removed.</source>
      <translation>{} 属于先前的一次运行，无法删除。</translation>
    </message>
    <message>
      <location filename="../../backend/resume.py" />
      <source>Close the program that has it open, or choose another output folder.</source>
      <translation>请关闭打开它的程序，或选择其他输出文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/resume.py" />
      <source>The run that was left in {} cannot go on, as it differs in: {}.</source>
      <translation>{} 中未完成的运行无法继续，因为以下内容不同：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/resume.py" />
      <source>Give what it was started with, or start anew (without --resume).</source>
      <translation>请给出与开始时相同的参数，或重新开始（不带 --resume）。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/detecting.py" />
      <source>{} is skipped: {}</source>
      <translation>已跳过 {}：{}</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/layout.py" />
      <source>{} has no place on the map, so that it cannot lie beside others.</source>
      <translation>{} 在地图上没有位置，因此无法与其他影像并列。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/layout.py" />
      <source>Georeference it, or detect it by itself.</source>
      <translation>请为其配准，或单独检测。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/listing.py" />
      <source>The folder {} holds no raster: none of its {} entries ends in {} or the like.</source>
      <translation>文件夹 {} 中没有栅格：其 {} 个条目都不以 {} 等结尾。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/listing.py" />
      <source>Choose another folder, or name the files.</source>
      <translation>请选择其他文件夹，或指定文件。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/listing.py" />
      <source>No raster matches {}.</source>
      <translation>没有与 {} 匹配的栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/listing.py" />
      <source>Check the pattern, or name a folder or files.</source>
      <translation>请检查该模式，或指定文件夹或文件。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/listing.py" />
      <source>The tile index {} names no raster in its field {}.</source>
      <translation>图幅索引 {} 的字段 {} 中没有任何栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/listing.py" />
      <source>Choose another index.</source>
      <translation>请选择其他索引。</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/run.py" />
      <source>None of the {} rasters could be searched; the first one: {}</source>
      <translation>{} 个栅格都无法查找；第一个：{}</translation>
    </message>
    <message>
      <location filename="../../backend/scenes/run.py" />
      <source>Check the files, the area of interest and the checkpoint's bands.</source>
      <translation>请检查这些文件、感兴趣区以及模型文件的波段。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>The elevation model {} does not reach the raster: it covers {}.</source>
      <translation>数字高程模型 {} 未覆盖栅格：它覆盖 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>The elevation model {} has no elevation over the raster: it is nodata there.</source>
      <translation>数字高程模型 {} 在栅格范围内没有高程：该处为无数据。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>Choose one that covers the raster.</source>
      <translation>请选择覆盖栅格的数字高程模型。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>The elevation model {} is missing or not a raster that GDAL can read.</source>
      <translation>数字高程模型 {} 不存在，或不是 GDAL 可读取的栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>The elevation model {} cannot be placed on the raster: {} has no CRS.</source>
      <translation>数字高程模型 {} 无法与栅格配准：{} 没有坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>The elevation model {} cannot be read: it is damaged or truncated.</source>
      <translation>无法读取数字高程模型 {}：它已损坏或被截断。</translation>
    </message>
    <message>
      <location filename="../../backend/terrain.py" />
      <source>Copy or export it again.</source>
      <translation>请重新复制或导出。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>No chip of {} shows a landslide.</source>
      <translation>{} 的样本中都没有滑坡。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>Choose data with landslides, or larger chips.</source>
      <translation>请选择含滑坡的数据，或更大的样本。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>A chip cannot have {} px a side.</source>
      <translation>样本边长不能为 {} 像素。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>Chips cannot be written as {}.</source>
      <translation>样本不能写成 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>The share of {} is {}, not from 0 to {}.</source>
      <translation>{} 的比例为 {}，不在 0 至 {} 之间。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>Give a share such as 0.2.</source>
      <translation>请给出比例，如 0.2。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>The folder {} already holds chips ({}).</source>
      <translation>文件夹 {} 中已有样本（{}）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>Choose a new folder.</source>
      <translation>请选择新文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>{} has {} bands; chips are written of red, green and blue.</source>
      <translation>{} 有 {} 个波段；样本由红、绿、蓝写成。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>Train on it directly.</source>
      <translation>请直接用它训练。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>{} holds {} values; chips hold bytes.</source>
      <translation>{} 的值为 {}；样本的值为字节。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>Convert all images to 8 bits by one range.</source>
      <translation>请按同一范围将所有影像转换为 8 位。</translation>
    </message>
    <message>
      <location filename="../../backend/training/chips.py" />
      <source>{} chips without a landslide were left out.</source>
      <translation>略去了 {} 个没有滑坡的样本。</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>{} is no network.</source>
      <translation>{} 不是网络。</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>Give NAME or NAME:SETTING=VALUE,...</source>
      <translation>请给出 NAME 或 NAME:SETTING=VALUE,...</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>Network {} of {}: {}.</source>
      <translation>网络 {}/{}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>None of the networks takes tiles of {} px.</source>
      <translation>没有任何网络能使用 {} 像素的图块。</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>Choose others (--networks), or another tile size (--tile-size).</source>
      <translation>请选择其他网络（--networks），或其他图块大小（--tile-size）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>{} cannot be made: {}</source>
      <translation>无法创建 {}：{}</translation>
    </message>
    <message>
      <location filename="../../backend/training/compare.py" />
      <source>Check its settings.</source>
      <translation>请检查其设置。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>{} has the bands {}; the checkpoint {} takes {}.</source>
      <translation>{} 的波段为 {}；模型文件 {} 需要 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>Choose data and a checkpoint of the same bands in the same order.</source>
      <translation>请选择波段及其顺序相同的数据和模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>{} has no image.</source>
      <translation>{} 中没有影像。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>Choose data with images.</source>
      <translation>请选择含影像的数据。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>The threshold {} is given, and one is to be chosen as well.</source>
      <translation>已给出阈值 {}，同时又要求自动选取阈值。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>Give a threshold, or have it chosen.</source>
      <translation>请给出阈值，或由程序选取。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>The folder for temporary files, {}, cannot take the probabilities: {}.</source>
      <translation>临时文件夹 {} 容纳不下概率：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/evaluate.py" />
      <source>Free space there, or evaluate at a given threshold.</source>
      <translation>请在该处释放空间，或按给定阈值评价。</translation>
    </message>
    <message>
      <location filename="../../backend/training/job.py" />
      <source>{} holds a training with another {}: {}, not {}.</source>
      <translation>{} 中有一次 {} 不同的训练：{}，而非 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/job.py" />
      <source>Choose another checkpoint to write (--out), or remove that folder to start anew.</source>
      <translation>请选择另一个要写入的模型文件（--out），或删除该文件夹后重新开始。</translation>
    </message>
    <message>
      <location filename="../../backend/training/job.py" />
      <source>Landslide F1 over all validation pixels: {} at {}.</source>
      <translation>全部验证像素的滑坡 F1：{}（阈值 {}）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/job.py" />
      <source>At the end the discriminator told {} rightly.</source>
      <translation>结束时判别器正确分辨了 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labelled_raster.py" />
      <source>{} names no polygons or labels.</source>
      <translation>{} 没有指明多边形或标签。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labelled_raster.py" />
      <source>Give them as RASTER::POLYGONS or RASTER::MASK.</source>
      <translation>请以 RASTER::POLYGONS 或 RASTER::MASK 的形式给出。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>{} is damaged or truncated.</source>
      <translation>{} 已损坏或不完整。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>Get the file again.</source>
      <translation>请重新获取该文件。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>The labels {} do not reach the raster {}, or are nodata there.</source>
      <translation>标签 {} 未覆盖栅格 {}，或在该处为无数据。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>Choose the labels of this raster, and check both CRS.</source>
      <translation>请选择该栅格的标签，并检查两者的坐标参考系。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>The labels {} cannot be laid on the raster {}: {} has no CRS.</source>
      <translation>标签 {} 无法与栅格 {} 叠合：{} 没有坐标参考系。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>The labels {} have {} x {} px, the raster {} {} x {} px.</source>
      <translation>标签 {} 为 {} x {} 像素，栅格 {} 为 {} x {} 像素。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>Without a CRS, both have to be of one size.</source>
      <translation>没有坐标参考系时，两者大小须相同。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>The polygons of {} do not touch the raster {}: they cover {}, the raster {}.</source>
      <translation>{} 的多边形与栅格 {} 不相交：它们覆盖 {}，栅格覆盖 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>Choose the polygons of this raster, and check both CRS.</source>
      <translation>请选择此栅格的多边形，并检查两者的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>The polygons of {} have no CRS, but the raster {} has {}.</source>
      <translation>{} 的多边形没有坐标参照系，而栅格 {} 有 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/labels.py" />
      <source>Assign the CRS of the polygon layer.</source>
      <translation>请指定多边形图层的坐标参照系。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>There is no dataset {}.</source>
      <translation>数据集 {} 不存在。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>{} names no image.</source>
      <translation>{} 未列出任何影像。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Choose data with images and their masks.</source>
      <translation>请选择含影像及其掩膜的数据。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>{} holds {} Landslide4Sense images but no masks, so nothing can be learned from them.</source>
      <translation>{} 含 {} 幅 Landslide4Sense 影像但没有掩膜，因此无从学习。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Put the images into a folder `img` and their masks, mask_N.h5, into `mask` beside it.</source>
      <translation>请将影像放入文件夹 `img`，将其掩膜 mask_N.h5 放入旁边的 `mask`。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>{} is a dataset of no known layout.</source>
      <translation>{} 不是已知结构的数据集。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Give a list file (train.txt, an image a line, masks under `mask` where images lie under `image`), a folder with landslide/image, landslide/mask and non-landslide/image (Bijie), one with img and mask or label (CAS), one with img/image_N.h5 and mask/mask_N.h5 (Landslide4Sense), or RASTER::POLYGONS.</source>
      <translation>请给出列表文件（train.txt，每行一幅影像，影像位于 `image` 时掩膜位于 `mask`）、含 landslide/image、landslide/mask 和 non-landslide/image 的文件夹（Bijie）、含 img 和 mask 或 label 的文件夹（CAS）、含 img/image_N.h5 和 mask/mask_N.h5 的文件夹（Landslide4Sense），或 RASTER::POLYGONS。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>The image {} has no mask {}.</source>
      <translation>影像 {} 没有掩膜 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Put the mask there, or take the image out of the dataset.</source>
      <translation>请将掩膜放到该处，或将影像移出数据集。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>The list file {} cannot be read as text.</source>
      <translation>列表文件 {} 无法作为文本读取。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Save it as plain text in UTF-8.</source>
      <translation>请另存为 UTF-8 纯文本。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>The image {} is not there, though {} lists it.</source>
      <translation>影像 {} 不存在，但 {} 列出了它。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Put it there, or take it off the list.</source>
      <translation>请将它放到该处，或从列表中删去。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Nothing in {} can be replaced to find its mask.</source>
      <translation>{} 中没有可替换的部分来找到其掩膜。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Let the images lie in a folder `image` and the masks in a folder `mask`.</source>
      <translation>请将影像放在文件夹 `image` 中，掩膜放在文件夹 `mask` 中。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>The image {} has no elevations {}.</source>
      <translation>影像 {} 没有高程 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/layouts.py" />
      <source>Put them there, or train on red, green and blue alone.</source>
      <translation>请将其放到该处，或仅用红、绿、蓝训练。</translation>
    </message>
    <message>
      <location filename="../../backend/training/loop.py" />
      <source>The loss at step {} is {}, no number.</source>
      <translation>第 {} 步的损失为 {}，不是数值。</translation>
    </message>
    <message>
      <location filename="../../backend/training/loop.py" />
      <source>Start again from the last state with a smaller learning rate (--learning-rate), or in float32 (--precision fp32).</source>
      <translation>请从上一个状态以更小的学习率（--learning-rate）或 float32（--precision fp32）重新开始。</translation>
    </message>
    <message>
      <location filename="../../backend/training/loop.py" />
      <source>Make room and start the same training again: it goes on from its last state.</source>
      <translation>请腾出空间后重新启动同一训练：它会从上一个状态继续。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>There is one checkpoint to average.</source>
      <translation>只有一个模型文件可供平均。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>Name two or more.</source>
      <translation>请给出两个或更多。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>{} shares are given for {} checkpoints.</source>
      <translation>给出了 {} 个比例，但有 {} 个模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>Give one share for each checkpoint.</source>
      <translation>请为每个模型文件给出一个比例。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>The shares {} are not all above 0.</source>
      <translation>比例 {} 并非都大于 0。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>Give positive numbers, such as 2 1 1.</source>
      <translation>请给出正数，例如 2 1 1。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>{} and {} cannot be averaged: they differ in {} ({} and {}).</source>
      <translation>{} 和 {} 不能取平均：它们的 {} 不同（{} 和 {}）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/mean.py" />
      <source>Choose checkpoints that were trained from the same start.</source>
      <translation>请选择从同一起点训练的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pixels.py" />
      <source>The bands of {} take {} GB in {}, where {} GB are free.</source>
      <translation>{} 的波段需要 {} GB（位于 {}），但那里只有 {} GB 可用。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pixels.py" />
      <source>Make room, name another folder for temporary files (TMPDIR), or cut the raster.</source>
      <translation>请腾出空间，为临时文件指定其他文件夹（TMPDIR），或裁剪栅格。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} are both given.</source>
      <translation>同时给出了 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Give one of the two.</source>
      <translation>请只给出其中之一。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>There is no checkpoint to adapt to {}.</source>
      <translation>没有可适应到 {} 的模型文件。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Name one that was trained on data like --data (--from).</source>
      <translation>请指定一个用类似 --data 的数据训练的模型文件（--from）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} is {}, not above 0.</source>
      <translation>{} 为 {}，不大于 0。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>The adversarial weight is {}, below 0.</source>
      <translation>对抗权重为 {}，小于 0。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Give a small number, such as {}.</source>
      <translation>请给出较小的数，如 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} shares are given for {} datasets.</source>
      <translation>给出了 {} 个比例，但有 {} 个数据集。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Give one share for each dataset.</source>
      <translation>请为每个数据集给出一个比例。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Give positive numbers, such as 8 1 1.</source>
      <translation>请给出正数，如 8 1 1。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>The share for validation is {}, not between 0 and 1.</source>
      <translation>验证比例为 {}，不在 0 与 1 之间。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} has the bands {}, and other bands cannot be chosen: {}.</source>
      <translation>{} 的波段为 {}，不能选择其他波段：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Leave the choice of bands to rasters with labels (--roles, --bands, --input, --dem).</source>
      <translation>波段的选择只用于带标签的栅格（--roles、--bands、--input、--dem）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} has the bands {}, but {} has {}.</source>
      <translation>{} 的波段为 {}，而 {} 的波段为 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Train on data of the same bands.</source>
      <translation>请使用波段相同的数据训练。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} takes {} bands (--set in_channels); the data has {}: {}.</source>
      <translation>{} 需要 {} 个波段（--set in_channels）；数据有 {} 个：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Leave in_channels out, or name the bands to take (--roles).</source>
      <translation>请省略 in_channels，或指定要使用的波段（--roles）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} px is no multiple of {}'s {}.</source>
      <translation>{} 像素不是 {} 的 {} 的倍数。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Leave the architecture out when going on from a checkpoint (--arch).</source>
      <translation>从模型文件继续训练时请不要给出架构（--arch）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>{} takes the bands {}; the data has {}.</source>
      <translation>{} 需要波段 {}；数据的波段为 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/plan.py" />
      <source>Train on data that has the checkpoint's bands, or start a new network.</source>
      <translation>请使用含有模型文件所需波段的数据训练，或新建网络。</translation>
    </message>
    <message>
      <location filename="../../backend/training/predict.py" />
      <source>At the checkpoint's {} m a pixel, an image of {} x {} px of {} m would have {} x {} px.</source>
      <translation>按模型文件的 {} 米/像素，一幅 {} x {} 像素、{} 米的影像将有 {} x {} 像素。</translation>
    </message>
    <message>
      <location filename="../../backend/training/predict.py" />
      <source>Check the ground sampling distance of the data.</source>
      <translation>请检查数据的地面采样距离。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>The network has no EfficientNet-Lite encoder that {} could start.</source>
      <translation>该网络没有可由 {} 初始化的 EfficientNet-Lite 编码器。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>Leave the encoder's weights out (--encoder-weights), or choose an architecture with such an encoder.</source>
      <translation>请不要给出编码器权重（--encoder-weights），或选择带此编码器的架构。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>{} does not hold the weights of the network's EfficientNet-Lite.</source>
      <translation>{} 中没有该网络的 EfficientNet-Lite 权重。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>Take the file of the same variant (lite0, lite1 or lite2).</source>
      <translation>请使用同一变体（lite0、lite1 或 lite2）的文件。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>{} cannot be given other settings: {}</source>
      <translation>无法更改 {} 的设置：{}</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>The weights of {} do not fit {}.</source>
      <translation>{} 的权重不适用于 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/pretrained.py" />
      <source>Leave out settings that need other weights (--set).</source>
      <translation>请去掉需要其他权重的设置（--set）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>None of the {} image(s) of {} can be kept back to validate: they {}.</source>
      <translation>{} 幅影像（{}）中没有可留作验证的：它们 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>Name other data to choose by (--validation).</source>
      <translation>请另行指定用于选择的数据（--validation）。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>All landslides of {} lie in one of its {} places, so training and validation cannot both have some.</source>
      <translation>{} 的全部滑坡位于其 {} 处地点中的一处，因此训练和验证无法都含有滑坡。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>None of the {} image(s) of {} shows a landslide.</source>
      <translation>{} 幅影像（{}）都没有滑坡。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>Add images with landslides, and check that their masks hold 1 or 255.</source>
      <translation>请添加含滑坡的影像，并检查其掩膜中是否有 1 或 255。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>All {} image(s) of {} are landslide in every pixel.</source>
      <translation>{} 幅影像（{}）的所有像素都是滑坡。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>Add images with ground that did not slide, and check the masks.</source>
      <translation>请添加含未滑动地面的影像，并检查掩膜。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>The image {} ({}) is for training and {} ({}) for validation, but {}.</source>
      <translation>影像 {}（{}）用于训练，{}（{}）用于验证，但 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/training/splits.py" />
      <source>Take one of them out, so that the figures tell of ground that training has not seen.</source>
      <translation>请去掉其中之一，使指标反映训练未见过的地面。</translation>
    </message>
    <message>
      <location filename="../../backend/training/verdict.py" />
      <source>{} computes no faster in bf16.</source>
      <translation>{} 以 bf16 计算并不更快。</translation>
    </message>
    <message>
      <location filename="../../backend/training/verdict.py" />
      <source>Find the verdict on a processor or GPU that does.</source>
      <translation>请在更快的处理器或 GPU 上求取结论。</translation>
    </message>
    <message>
      <location filename="../../backend/training/verdict.py" />
      <source>{} will be used: {}.</source>
      <translation>将使用 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/vectorize.py" />
      <source>The {} {} is not 0 or above.</source>
      <translation>{} {} 小于 0。</translation>
    </message>
    <message>
      <location filename="../../backend/vectorize.py" />
      <source>Give a number.</source>
      <translation>请给出数值。</translation>
    </message>
    <message>
      <location filename="../../backend/vectorize.py" />
      <source>{} cannot be read at rows {} to {}: it is damaged or truncated.</source>
      <translation>无法读取 {} 的第 {} 至 {} 行：它已损坏或被截断。</translation>
    </message>
    <message>
      <location filename="../../backend/vectorize.py" />
      <source>{} is not a probability raster: it has {}; one Byte band with nodata {} and scale 1/{} is needed.</source>
      <translation>{} 不是概率栅格：它有 {}；需要一个无数据值为 {}、缩放为 1/{} 的 Byte 波段。</translation>
    </message>
    <message>
      <location filename="../../backend/vectors/__init__.py" />
      <source>The threshold {} is not a probability.</source>
      <translation>阈值 {} 不是概率。</translation>
    </message>
    <message>
      <location filename="../../backend/vectors/geopackage.py" />
      <source>The polygons cannot be written into {}: {}.</source>
      <translation>多边形无法写入 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/vectors/reviewed.py" />
      <source>{} has no layer {} with the fields id and status.</source>
      <translation>{} 没有含字段 id 和 status 的图层 {}。</translation>
    </message>
    <message>
      <location filename="../../backend/vectors/reviewed.py" />
      <source>{} holds {} reviewed polygon(s), which would be lost.</source>
      <translation>{} 含有 {} 个已审查的多边形，它们会丢失。</translation>
    </message>
    <message>
      <location filename="../../backend/vectors/reviewed.py" />
      <source>Choose another output folder, or move the file elsewhere.</source>
      <translation>请选择另一个输出文件夹，或将该文件移到别处。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>The output folder {} cannot be written: {}.</source>
      <translation>无法写入输出文件夹 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>Choose a folder in which you may create files.</source>
      <translation>请选择一个您可以创建文件的文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>The output folder {} is in use by another run.</source>
      <translation>输出文件夹 {} 正被另一次运行使用。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>Wait for it to end, or choose another folder.</source>
      <translation>请等待其结束，或选择其他文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>Nothing can be written into {}, whose path has {} characters: {}.</source>
      <translation>无法写入 {}，其路径有 {} 个字符：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>Choose a folder with a shorter path, in which you may create files.</source>
      <translation>请选择路径较短且可以创建文件的文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>The disk of {} has {} MB free; the results need about {} MB.</source>
      <translation>{} 所在磁盘可用 {} MB；结果约需 {} MB。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>Free space, or choose a folder on another disk.</source>
      <translation>请释放空间，或选择其他磁盘上的文件夹。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>{} cannot be replaced: {}.</source>
      <translation>无法替换 {}：{}。</translation>
    </message>
    <message>
      <location filename="../../backend/workspace.py" />
      <source>The results cannot be written into {}: {}.</source>
      <translation>结果无法写入 {}：{}。</translation>
    </message>
  </context>
  <context>
    <name>resources</name>
    <message>
      <location filename="../../resources/styles/comparison.qml" />
      <source>Matched</source>
      <translation>匹配</translation>
    </message>
    <message>
      <location filename="../../resources/styles/comparison.qml" />
      <source>Found in several parts</source>
      <translation>被分成多块识别</translation>
    </message>
    <message>
      <location filename="../../resources/styles/comparison.qml" />
      <source>Merged from several</source>
      <translation>由多块合并</translation>
    </message>
    <message>
      <location filename="../../resources/styles/comparison.qml" />
      <source>Missed</source>
      <translation>漏检</translation>
    </message>
    <message>
      <location filename="../../resources/styles/comparison.qml" />
      <source>False</source>
      <translation>误检</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Predicted</source>
      <translation>预测</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Accepted</source>
      <translation>已接受</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Edited</source>
      <translation>已编辑</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Added</source>
      <translation>已添加</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Rejected</source>
      <translation>已拒绝</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>No status</source>
      <translation>无状态</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>No.</source>
      <translation>编号</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>UUID</source>
      <translation>UUID</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Area [m²]</source>
      <translation>面积 [m²]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Perimeter [m]</source>
      <translation>周长 [m]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Area [pixels]</source>
      <translation>面积 [像素]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Mean probability</source>
      <translation>平均概率</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Highest probability</source>
      <translation>最高概率</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Elongation</source>
      <translation>延伸率</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Orientation [°]</source>
      <translation>方位 [°]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Mean slope [°]</source>
      <translation>平均坡度 [°]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Lowest point [m]</source>
      <translation>最低点 [m]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Highest point [m]</source>
      <translation>最高点 [m]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Relief [m]</source>
      <translation>高差 [m]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Aspect [°]</source>
      <translation>坡向 [°]</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Status</source>
      <translation>状态</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Type of movement</source>
      <translation>运动类型</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Event</source>
      <translation>事件</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Notes</source>
      <translation>备注</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Edited by</source>
      <translation>编辑者</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Edited at</source>
      <translation>编辑时间</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Source</source>
      <translation>来源</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Original outline</source>
      <translation>原始轮廓</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>IoU with the original outline</source>
      <translation>与原始轮廓的交并比</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Review</source>
      <translation>核查</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Measured</source>
      <translation>量测</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Terrain</source>
      <translation>地形</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Origin</source>
      <translation>来源信息</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>(not classified)</source>
      <translation>（未分类）</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Fall</source>
      <translation>崩落</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Topple</source>
      <translation>倾倒</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Slide</source>
      <translation>滑动</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Flow</source>
      <translation>流动</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Spread</source>
      <translation>扩离</translation>
    </message>
    <message>
      <location filename="../../resources/styles/landslides.qml" />
      <source>Complex</source>
      <translation>复合</translation>
    </message>
    <message>
      <location filename="../../resources/styles/mask.qml" />
      <source>Background</source>
      <translation>背景</translation>
    </message>
    <message>
      <location filename="../../resources/styles/mask.qml" />
      <source>Landslide</source>
      <translation>滑坡</translation>
    </message>
  </context>
</TS>
