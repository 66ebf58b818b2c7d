"""Makes src/test/resources/format-cases: small files of every kind, and what other readers see.

    pip install pillow tifffile imagecodecs pydicom numpy
    python src/test/resources/python/format_cases.py src/test/resources/format-cases

Each line of expected.txt has the SHA-256 of RGB levels, the window, how EXIF is used, the page and
the file. Levels are those of Pillow, or of the formulas of docs/DATA.md on values that tifffile or
pydicom read.
"""

import hashlib
import pathlib
import struct
import sys

import imagecodecs
import numpy as np
import PIL
import pydicom
import tifffile
from PIL import Image, ImageOps
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_windowing, convert_color_space
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
lines = []
W, H = 41, 30
yy, xx = np.mgrid[0:H, 0:W]
rng = np.random.default_rng(7)
rgb8 = np.stack([xx * 6, yy * 8, (xx * yy) % 256], -1).astype("u1")
rgb8[5:12, 5:20] = rng.integers(0, 256, (7, 15, 3))
grey8 = rgb8[..., 2]
grey16 = (xx * 700 + yy * 500 + rng.integers(0, 3000, (H, W))).astype("u2")
rgb16 = np.stack([grey16, grey16[::-1], grey16[:, ::-1]], -1)
index8 = ((xx // 5 + yy // 4) % 7).astype("u1")
bits = (rng.random((H, W)) > 0.6) | (xx > 30)


def expect(name, levels, window="none", exif="ignore", page=1):
    levels = np.asarray(levels)
    if levels.ndim == 2:
        levels = np.repeat(levels[..., None], 3, -1)
    assert levels.dtype == np.uint8 and levels.shape[2] == 3, (name, levels.shape)
    digest = hashlib.sha256(np.ascontiguousarray(levels).tobytes()).hexdigest()
    lines.append(f"{digest} {window} {exif} {page} {name}")


def pillow(name, exif=False):
    with Image.open(out / name) as image:
        image = ImageOps.exif_transpose(image) if exif else image
        return np.array(image.convert("RGB"))


def to_levels(share):
    return np.where(np.isnan(share), 0, np.floor(np.nan_to_num(share) * 255 + 0.5)).astype("u1")


def linear(values, low, high):
    values = values.astype("f8")
    return to_levels(np.clip((values - low) / (high - low), 0, 1))


def percentile(values):
    finite = values[np.isfinite(values)].astype("f8")
    low, high = np.percentile(finite, [1, 99], method="lower")
    return linear(values, low, high)


def deep(name, values, low, high, page=1, inverted=False):
    turn = (lambda levels: 255 - levels) if inverted else (lambda levels: levels)
    colours = values.ndim == 3 and values.dtype.kind == "u"
    standard = (values >> 8).astype("u1") if colours else turn(percentile(values))
    expect(name, standard, page=page)
    expect(name, turn(percentile(values)), "percentile", page=page)
    expect(name, turn(linear(values, low, high)), f"{low},{high}", page=page)


# TIFF


def tiff(name, array, **how):
    how.setdefault("photometric", "rgb" if array.ndim == 3 else "minisblack")
    how.setdefault("metadata", None)
    tifffile.imwrite(out / name, array, **how)
    return tifffile.imread(out / name)


for name, how in {
    "rgb8.tif": {},
    "rgb8-lzw.tif": dict(compression="lzw", rowsperstrip=7),
    "rgb8-lzw-predictor.tif": dict(compression="lzw", predictor=2),
    "rgb8-deflate.tif": dict(compression="deflate"),
    "rgb8-packbits.tif": dict(compression="packbits"),
    "rgb8-tiled.tif": dict(compression="deflate", tile=(16, 32)),
    "rgb8-planes.tif": dict(compression="lzw", predictor=2, planarconfig="separate"),
    "rgb8-planes-tiled.tif": dict(tile=(16, 16), planarconfig="separate"),
    "rgb8-big-endian.tif": dict(byteorder=">", rowsperstrip=8),
    "rgb8-bigtiff.tif": dict(bigtiff=True),
    "rgb8-bigtiff-big-endian.tif": dict(bigtiff=True, byteorder=">", compression="deflate"),
}.items():
    array = rgb8.transpose(2, 0, 1) if "planes" in name else rgb8
    tiff(name, array, **how)
    expect(name, rgb8)
    expect(name, rgb8, "percentile")
rgba8 = np.dstack([rgb8, grey8])
tiff("rgba8.tif", rgba8, extrasamples=["unassalpha"])
expect("rgba8.tif", rgb8)
for name, how in {
    "rgb8-jpeg444.tif": dict(compressionargs={"level": 90}, subsampling=(1, 1)),
    "rgb8-jpeg420.tif": dict(compressionargs={"level": 85}, subsampling=(2, 2), rowsperstrip=16),
    "rgb8-jpeg-tiled.tif": dict(compressionargs={"level": 85}, tile=(16, 16)),
}.items():
    tiff(name, rgb8, compression="jpeg", **how)
    expect(name, pillow(name))
tiff("grey8-jpeg.tif", grey8, compression="jpeg")
expect("grey8-jpeg.tif", pillow("grey8-jpeg.tif"))
Image.fromarray(rgb8).save(out / "rgb8-jpeg-pillow.tif", compression="jpeg", quality=80)
expect("rgb8-jpeg-pillow.tif", pillow("rgb8-jpeg-pillow.tif"))
expect("grey8.tif", tiff("grey8.tif", grey8))
expect("grey8-lzw-predictor.tif", tiff("grey8-lzw-predictor.tif", grey8, compression="lzw", predictor=2))
expect("grey8-white-is-zero.tif", 255 - tiff("grey8-white-is-zero.tif", grey8, photometric="miniswhite"))
tiff("grey8-alpha.tif", np.dstack([grey8, 255 - grey8]), photometric="minisblack", planarconfig="contig",
     extrasamples=["unassalpha"])
expect("grey8-alpha.tif", grey8)

for name, array, how in [
    ("grey16.tif", grey16, {}),
    ("grey16-big-endian.tif", grey16, dict(byteorder=">", compression="lzw")),
    ("grey16-lzw-predictor.tif", grey16, dict(compression="lzw", predictor=2)),
    ("grey16-tiled.tif", grey16, dict(compression="deflate", tile=(16, 16), predictor=2)),
    ("int16.tif", (grey16.astype("i4") - 20000).astype("i2"), dict(compression="deflate")),
    ("int8.tif", (grey8.astype("i2") - 128).astype("i1"), {}),
    ("uint32.tif", grey16.astype("u4") * 65537, {}),
    ("int32.tif", grey16.astype("i4") * 3000 - 60_000_000, dict(byteorder=">")),
    ("float32.tif", np.sin(xx / 7).astype("f4") * yy, {}),
    ("float32-predictor.tif", np.sin(xx / 7).astype("f4") * yy, dict(compression="deflate", predictor=3)),
    ("float32-big-endian.tif", np.sin(xx / 7).astype("f4") * yy, dict(byteorder=">")),
    ("float16.tif", (np.cos(xx / 9) * yy).astype("f2"), {}),
    ("float64.tif", np.sin(xx / 5) * np.exp(yy / 9.0), {}),
]:
    array = tiff(name, array, **how)
    span = float(array.max()) - float(array.min())
    low, high = round(float(array.min()) + span / 4, 3), round(float(array.max()) - span / 5, 3)
    deep(name, array, low, high)
holes = (np.sin(xx / 7) * yy).astype("f4")
holes[3, 4:9] = np.nan
holes[8, 1], holes[9, 1] = np.inf, -np.inf
tiff("float32-holes.tif", holes)
deep("float32-holes.tif", holes, -10, 12)
tiff("grey16-white-is-zero.tif", grey16, photometric="miniswhite")
deep("grey16-white-is-zero.tif", grey16, 1000, 30000, inverted=True)
for name, how in {
    "rgb16.tif": {},
    "rgb16-predictor.tif": dict(compression="lzw", predictor=2, byteorder=">"),
    "rgb16-planes.tif": dict(compression="deflate", planarconfig="separate"),
}.items():
    tiff(name, rgb16.transpose(2, 0, 1) if "planes" in name else rgb16, **how)
    deep(name, rgb16, 4000, 33000)


def raw_tiff(name, data, depth, photometric, palette=None, order="<", compression=1):
    """A TIFF of one strip and one sample per pixel, packed."""
    tags = [(256, 4, [W]), (257, 4, [H]), (258, 3, [depth]), (259, 3, [compression]),
            (262, 3, [photometric]), (273, 4, [8]), (277, 3, [1]), (278, 4, [H]), (279, 4, [len(data)])]
    if palette is not None:
        tags.append((320, 3, list(palette.T.ravel())))
    data += b"\0" * (len(data) % 2)
    at = 8 + len(data)
    extra = b""
    ifd = struct.pack(order + "H", len(tags))
    for tag, kind, values in tags:
        value = struct.pack(order + f"{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(value) > 4:
            where = at + 2 + 12 * len(tags) + 4 + len(extra)
            extra += value
            value = struct.pack(order + "I", where)
        ifd += struct.pack(order + "HHI", tag, kind, len(values)) + value.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, at)
    (out / name).write_bytes(head + data + ifd + struct.pack(order + "I", 0) + extra)


def packed(array, depth):
    rows = [imagecodecs.packints_encode(row.astype("u2" if depth > 8 else "u1"), depth) for row in array]
    return b"".join(rows)


palette = rng.integers(0, 65536, (256, 3))
raw_tiff("grey12.tif", packed(grey16 >> 4, 12), 12, 1)
assert (tifffile.imread(out / "grey12.tif") == grey16 >> 4).all()
deep("grey12.tif", grey16 >> 4, 300, 2500)
raw_tiff("grey4.tif", packed(grey8 >> 4, 4), 4, 1)
expect("grey4.tif", (grey8 >> 4) * 17)
raw_tiff("grey2.tif", packed(grey8 >> 6, 2), 2, 1, order=">")
expect("grey2.tif", (grey8 >> 6) * 85)
raw_tiff("grey1.tif", packed(bits, 1), 1, 1)
expect("grey1.tif", bits * np.uint8(255))
raw_tiff("grey1-white-is-zero.tif", packed(bits, 1), 1, 0)
expect("grey1-white-is-zero.tif", (~bits) * np.uint8(255))
raw_tiff("palette8.tif", index8.tobytes(), 8, 3, palette)
expect("palette8.tif", (palette[index8] >> 8).astype("u1"))
raw_tiff("palette4.tif", packed(index8, 4), 4, 3, palette[:16], ">")
expect("palette4.tif", (palette[index8] >> 8).astype("u1"))
raw_tiff("palette8-of-8-bits.tif", index8.tobytes(), 8, 3, palette >> 8)
expect("palette8-of-8-bits.tif", (palette[index8] >> 8).astype("u1"))
for compression in ("tiff_ccitt", "group3", "group4", "packbits", "tiff_lzw"):
    name = f"bilevel-{compression}.tif"
    Image.fromarray(bits).save(out / name, compression=compression)
    expect(name, pillow(name))
cmyk = Image.fromarray(np.dstack([rgb8, grey8[::-1] // 2]), "CMYK")
for compression in ("raw", "tiff_lzw"):
    name = f"cmyk-{compression}.tif"
    cmyk.save(out / name, compression=compression)
    expect(name, pillow(name))
with tifffile.TiffWriter(out / "pages.tif") as pages:
    for page, array in enumerate([rgb8, grey16, rgb8[:11, :13]], 1):
        pages.write(array, metadata=None, photometric="rgb" if array.ndim == 3 else "minisblack")
expect("pages.tif", rgb8)
deep("pages.tif", grey16, 1000, 30000, page=2)
expect("pages.tif", rgb8[:11, :13], page=3)
Image.fromarray(rgb8).save(out / "orientation7.tif", tiffinfo={274: 7})
expect("orientation7.tif", rgb8)
expect("orientation7.tif", pillow("orientation7.tif", exif=True), exif="apply")

# BMP


def bmp(name, levels=None):
    expect(name, pillow(name) if levels is None else levels)


for name, image in {
    "rgb.bmp": Image.fromarray(rgb8),
    "grey.bmp": Image.fromarray(grey8),
    "bilevel.bmp": Image.fromarray(bits),
    "palette.bmp": Image.fromarray(rgb8).quantize(19),
    "rgba.bmp": Image.fromarray(rgba8),
}.items():
    image.save(out / name)
    bmp(name)


def raw_bmp(name, data, depth, compression=0, top_down=False, masks=b"", colours=b"", core=False):
    if core:
        head = struct.pack("<IHHHH", 12, W, H, 1, depth)
    else:
        height = -H if top_down else H
        head = struct.pack("<IiiHHIIiiII", 40, W, height, 1, depth, compression, len(data), 0, 0,
                           len(colours) // 4, 0)
    head += masks + colours
    file = b"BM" + struct.pack("<IHHI", 14 + len(head) + len(data), 0, 0, 14 + len(head)) + head + data
    (out / name).write_bytes(file)
    bmp(name)


def bmp_rows(array, top_down=False):
    rows = [row.tobytes() for row in (array if top_down else array[::-1])]
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows)


raw_bmp("top-down.bmp", bmp_rows(rgb8[..., ::-1], True), 24, top_down=True)
five = rgb8.astype("u2") >> 3
raw_bmp("rgb555.bmp", bmp_rows(five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]), 16)
six = five[..., 0] << 11 | (rgb8[..., 1].astype("u2") >> 2) << 5 | five[..., 2]
raw_bmp("rgb565.bmp", bmp_rows(six), 16, 3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
colours = b"".join(bytes([b, g, r, 0]) for r, g, b in palette[:16] >> 8)
raw_bmp("palette4.bmp", bmp_rows(np.frombuffer(packed(index8, 4), "u1").reshape(H, -1)), 4, colours=colours)
raw_bmp("bitmapcore.bmp", bmp_rows(rgb8[..., ::-1]), 24, core=True)


def runs(row):
    """Runs, and an absolute part for the first six pixels."""
    data = bytes([0, 6]) + row[:6].tobytes()
    x = 6
    while x < len(row):
        n = 1
        while x + n < len(row) and row[x + n] == row[x]:
            n += 1
        data += bytes([n, row[x]])
        x += n
    return data + b"\0\0"


raw_bmp("rle8.bmp", b"".join(runs(row) for row in index8[::-1]) + b"\0\1", 8, 1, colours=colours)
rle4 = b""
for row in index8[::-1]:
    for x in range(0, W, 2):
        pair = row[x : x + 2]
        rle4 += bytes([len(pair), int(pair[0]) << 4 | int(pair[-1])])
    rle4 += b"\0\0"
raw_bmp("rle4.bmp", rle4 + b"\0\1", 4, 2, colours=colours)

# WebP

for name, array, how in [
    ("lossless.webp", rgb8, dict(lossless=True)),
    ("lossless-rgba.webp", rgba8, dict(lossless=True, exact=True)),
    ("lossless-palette.webp", (palette[index8] >> 8).astype("u1"), dict(lossless=True)),
]:
    Image.fromarray(array).save(out / name, **how)
    expect(name, pillow(name))
exif = Image.Exif()
exif[274] = 6
Image.fromarray(rgb8).save(out / "orientation6.webp", lossless=True, exif=exif)
expect("orientation6.webp", rgb8)
expect("orientation6.webp", pillow("orientation6.webp", exif=True), exif="apply")
Image.fromarray(rgb8).save(out / "animated.webp", save_all=True, lossless=True,
                           append_images=[Image.fromarray(rgb8[::-1])])
photo = np.array(Image.open(out / "../data/photos/JPEGImages/chelsea.jpg").convert("RGB"))[100:228, 100:260]
for name, quality in (("lossy.webp", 80), ("lossy-q30.webp", 30)):
    Image.fromarray(photo).save(out / name, quality=quality)
    Image.fromarray(pillow(name)).save(out / name.replace(".webp", "-as-libwebp.png"))
Image.fromarray(np.dstack([photo[:40, :60], photo[:40, :60, 0]])).save(out / "lossy-rgba.webp", quality=80)
Image.fromarray(pillow("lossy-rgba.webp")).save(out / "lossy-rgba-as-libwebp.png")

# masks of index8

voc = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [128, 0, 128], [0, 128, 128]], "u1")
Image.fromarray(voc[index8]).save(out / "mask-voc.webp", lossless=True)
tiff("mask-voc.tif", voc[index8], compression="lzw")
tiff("mask16.tif", index8.astype("u2"), byteorder=">")

# PNG and JPEG

pngs = out / "../decode-cases"
deep_png = np.array(Image.open(pngs / "grey16.png")).astype("u2")
expect("../decode-cases/grey16.png", linear(deep_png, 100, 40000), "100,40000")
expect("../decode-cases/grey16.png", percentile(deep_png), "percentile")
expect("../decode-cases/grey16.png", np.minimum(deep_png, 255).astype("u1"), "dicom")
rgb_png = imagecodecs.png_decode((pngs / "rgb16.png").read_bytes())
expect("../decode-cases/rgb16.png", linear(rgb_png, 100, 40000), "100,40000")
expect("../decode-cases/rgb16.png", percentile(rgb_png), "percentile")
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    name = f"orientation{orientation}.png"
    Image.fromarray(rgb8[:9, :14]).save(out / name, exif=exif)
    expect(name, rgb8[:9, :14])
    expect(name, pillow(name, exif=True), exif="apply")
expect("../decode-cases/exif6.jpg", pillow("../decode-cases/exif6.jpg", exif=True), exif="apply")

# DICOM


def dicom(name, pixels, kind="MONOCHROME2", syntax=ExplicitVRLittleEndian, preamble=True, stored=None, **tags):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    data.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    data.SOPInstanceUID = "1.2.3"
    data.Modality = "OT"
    data.PatientName = "None^Nobody"
    icon = Dataset()
    icon.Rows, icon.Columns, icon.BitsAllocated, icon.PixelData = 2, 2, 8, b"\1\2\3\4"
    icon["PixelData"].VR = "OB"
    data.IconImageSequence = Sequence([icon])
    data["IconImageSequence"].is_undefined_length = True
    icon.is_undefined_length_sequence_item = True
    data.Rows, data.Columns = H, W
    data.SamplesPerPixel = 3 if kind in ("RGB", "YBR_FULL") else 1
    data.PhotometricInterpretation = kind
    data.BitsAllocated = pixels.dtype.itemsize * 8
    data.BitsStored = stored or data.BitsAllocated
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    for key, value in tags.items():
        setattr(data, key, value)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    data["PixelData"].VR = "OW" if data.BitsAllocated > 8 else "OB"
    data.preamble = (b"II*\0" if name == "tiff-preamble.dcm" else b"").ljust(128, b"\0")
    data.save_as(out / name, implicit_vr=syntax == ImplicitVRLittleEndian,
                 little_endian=order == "<", enforce_file_format=preamble)
    if not preamble:  # as before DICOM had files
        del data.file_meta
        data.preamble = None
        data.save_as(out / name, implicit_vr=True, little_endian=True)
        assert (out / name).read_bytes()[:2] == b"\x08\0"
    return pydicom.dcmread(out / name, force=True)


def grey_dicom(name, data, low, high):
    if "TransferSyntaxUID" not in getattr(data, "file_meta", {}):
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    values = apply_modality_lut(data.pixel_array, data).astype("f8")
    turn = (lambda levels: 255 - levels) if data.PhotometricInterpretation == "MONOCHROME1" else (lambda l: l)
    if "WindowWidth" in data:
        # pydicom maps to the range of the stored bits after rescaling
        shown = apply_windowing(values, data)
        signed, most = data.PixelRepresentation, 2 ** data.BitsStored
        first, last = (-most / 2, most / 2 - 1) if signed else (0, most - 1)
        slope, intercept = float(data.get("RescaleSlope", 1)), float(data.get("RescaleIntercept", 0))
        first, last = first * slope + intercept, last * slope + intercept
        standard = to_levels(np.round((shown - first) / (last - first), 12))
    elif data.BitsStored == 8 and "RescaleSlope" not in data:
        standard = data.pixel_array
    else:
        standard = linear(values, values.min(), values.max())
    expect(name, turn(standard))
    expect(name, turn(standard), "dicom")
    expect(name, turn(percentile(values)), "percentile")
    expect(name, turn(linear(values, low, high)), f"{low},{high}")


ct = (grey16.astype("i4") // 20 - 1000).astype("i2")
rescale = dict(RescaleSlope="2", RescaleIntercept="-24")
window = dict(WindowCenter="40", WindowWidth="400")
grey_dicom("mono8.dcm", dicom("mono8.dcm", grey8), 20, 200)
grey_dicom("mono16.dcm", dicom("mono16.dcm", grey16), 1000, 30000)
grey_dicom("mono12.dcm", dicom("mono12.dcm", grey16 >> 4, stored=12, WindowCenter="1200", WindowWidth="1500"), 1000, 3000)
grey_dicom("ct.dcm", dicom("ct.dcm", ct, **rescale, **window), -160, 240)
grey_dicom("ct-implicit.dcm", dicom("ct-implicit.dcm", ct, syntax=ImplicitVRLittleEndian, **rescale, **window), -160, 240)
grey_dicom("ct-big-endian.dcm", dicom("ct-big-endian.dcm", ct, syntax=ExplicitVRBigEndian, **rescale, **window), -160, 240)
grey_dicom("tiff-preamble.dcm", dicom("tiff-preamble.dcm", ct, **rescale, **window), -160, 240)
grey_dicom("no-preamble.dcm", dicom("no-preamble.dcm", ct, preamble=False, **rescale, **window), -160, 240)
grey_dicom("mono1.dcm", dicom("mono1.dcm", grey16 >> 4, "MONOCHROME1", stored=12, WindowCenter=["1200", "9"], WindowWidth=["1500", "3"]), 1000, 3000)
grey_dicom("mono1-8.dcm", dicom("mono1-8.dcm", grey8, "MONOCHROME1"), 20, 200)
grey_dicom("linear-exact.dcm", dicom("linear-exact.dcm", ct, VOILUTFunction="LINEAR_EXACT", **window), -160, 240)
grey_dicom("sigmoid.dcm", dicom("sigmoid.dcm", ct, VOILUTFunction="SIGMOID", **window), -160, 240)
grey_dicom("fraction.dcm", dicom("fraction.dcm", grey16, RescaleSlope="0.0125", RescaleIntercept="-7.5", WindowCenter="200.5", WindowWidth="333.3"), 10.5, 300.25)
for name, planar in (("rgb.dcm", 0), ("rgb-planes.dcm", 1)):
    pixels = rgb8.transpose(2, 0, 1) if planar else rgb8
    dicom(name, pixels, "RGB", PlanarConfiguration=planar)
    expect(name, pydicom.dcmread(out / name).pixel_array)
ybr = dicom("ybr.dcm", rgb8, "YBR_FULL", PlanarConfiguration=0)
expect("ybr.dcm", convert_color_space(rgb8, "YBR_FULL", "RGB"))
lut = {}
for channel, colour in enumerate(("Red", "Green", "Blue")):
    lut[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
    lut[f"{colour}PaletteColorLookupTableData"] = palette[:, channel].astype("<u2").tobytes()
data = dicom("palette.dcm", index8, "PALETTE COLOR", **lut)
expect("palette.dcm", (apply_color_lut(data.pixel_array, data) >> 8).astype("u1"))
data = dicom("rle.dcm", grey8)
data.compress(RLELossless, generate_instance_uid=False)
data.save_as(out / "rle.dcm")
dicom("frames.dcm", np.stack([grey8, grey8]), NumberOfFrames=2)

versions = f"Pillow {PIL.__version__}, tifffile {tifffile.__version__}, pydicom {pydicom.__version__}"
header = f"# SHA-256 of RGB levels, window, EXIF, page, file; {versions}, numpy {np.__version__}\n"
(out / "expected.txt").write_text(header + "\n".join(lines) + "\n")
