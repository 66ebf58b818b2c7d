"""Makes GeoTIFF files of every kind (make DIR), or compares the tags and pixels of label maps in
DIR/geotiff with those of the images and of DIR/truth/NAME.png (check DIR)."""

import sys
from pathlib import Path

import numpy
import rasterio
import tifffile
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.rpc import RPC
from rasterio.transform import Affine
from PIL import Image

COPIED = {33550, 33922, 34264, 34735, 34736, 34737, 42113, 50844}
folder = Path(sys.argv[2])
pixels = numpy.random.default_rng(1).integers(0, 255, (3, 40, 60))
north_up = Affine(0.5, 0, 500000.25, 0, -0.5, 5300000.75)
turned = Affine(0.5, 0.1, 10.25, -0.1, -0.5, 50.75)


def make(name, bands=3, dtype="uint8", **profile):
    with rasterio.open(
        folder / (name + ".tif"), "w", driver="GTiff", height=40, width=60, count=bands,
        dtype=dtype, **profile,
    ) as file:
        file.write(pixels[:bands].astype(dtype))
        file.update_tags(AUTHOR="me")


if sys.argv[1] == "make":
    utm = {"crs": CRS.from_epsg(32632), "transform": north_up}
    make("rgb", **utm, nodata=0, photometric="RGB", compress="deflate", tiled=True,
         blockxsize=16, blockysize=16)
    make("grey", 1, **utm, nodata=7)
    make("turned", 1, "float32", crs=CRS.from_epsg(4326), transform=turned, nodata=-9999)
    make("sixteen", 1, "uint16", **utm, compress="zstd", predictor=2)
    make("big", 1, **utm, BIGTIFF="YES")
    make("motorola", 1, **utm, ENDIANNESS="BIG")
    make("big_motorola", 1, **utm, BIGTIFF="YES", ENDIANNESS="BIG")
    make("custom", 1, transform=north_up, crs=CRS.from_wkt(
        'PROJCS["Länge",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",1.5],'
        'PARAMETER["central_meridian",9.25],PARAMETER["scale_factor",0.9996],'
        'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'))
    make("points", 1, crs=CRS.from_epsg(4326), gcps=[
        GroundControlPoint(row, column, 10 + column / 7, 50 - row / 9)
        for row, column in ((0, 0), (0, 60), (40, 0), (40, 60))])
    make("rpc", 1, rpcs=RPC(
        height_off=1.5, height_scale=2, lat_off=50, lat_scale=0.5, long_off=10, long_scale=0.25,
        line_off=20, line_scale=20, samp_off=30, samp_scale=30, err_bias=0.1, err_rand=0.2,
        line_num_coeff=[0.1 * i for i in range(20)], line_den_coeff=[1.0] + [0.0] * 19,
        samp_num_coeff=[0.2 * i for i in range(20)], samp_den_coeff=[1.0] + [0.0] * 19))
    make("plain", 3, photometric="RGB")
    print(len(list(folder.glob("*.tif"))))
else:
    checked = tags = 0
    for written in sorted((folder / "geotiff").glob("*.tif")):
        source = folder / written.name
        with tifffile.TiffFile(source) as before, tifffile.TiffFile(written) as after:
            old = {tag.code: (tag.dtype, tag.count, tag.value)
                   for tag in before.pages[0].tags if tag.code in COPIED}
            nodata = old.get(42113)
            if nodata and not 0 <= float(nodata[2]) <= 255:  # no value of a label map
                del old[42113]
            new = {tag.code: (tag.dtype, tag.count, tag.value)
                   for tag in after.pages[0].tags if tag.code >= 33000}
            assert old == new, (written, old, new)
            tags += len(new)
            truth = numpy.array(Image.open(folder / "truth" / (written.stem + ".png")))
            assert (after.pages[0].asarray() == truth).all()
        with rasterio.open(source) as before, rasterio.open(written) as after:
            assert before.crs == after.crs and before.transform == after.transform
            assert before.gcps[0] == after.gcps[0] or str(before.gcps) == str(after.gcps)
            assert before.rpcs == after.rpcs
            assert after.nodata == (before.nodata if before.nodata in (0, 7) else None)
            assert after.count == 1 and after.dtypes[0] == "uint8"
            assert (after.read(1) == truth).all()
            assert after.colormap(1)[1][:3] == (128, 0, 0)
        checked += 1
    print("files", checked, "tags", tags)
