package toco.annotation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.PythonTorch;
import toco.data.DataException;
import toco.files.Json;
import toco.image.LabelMap;
import tools.jackson.databind.JsonNode;

class AnnotationExportTest {
  @TempDir Path folder;

  private JsonNode dataSet() {
    return Json.MAPPER.readTree(folder.resolve("coco/annotations/instances_default.json").toFile());
  }

  @ParameterizedTest
  @EnumSource
  void pycocotoolsMakesTheSameMasks(CocoShape shape)
      throws IOException, InterruptedException, URISyntaxException {
    var maps = LabelMaps.all();
    LabelMaps.export(maps, folder, shape);
    var out = PythonTorch.runWith("pycocotools, PIL", "coco_masks.py", folder);
    var counts = out.lines().toList().getLast().split(" ");
    assertEquals(maps.size(), Integer.parseInt(counts[1]), out);
    int polygons = Integer.parseInt(counts[3]);
    int runs = Integer.parseInt(counts[5]);
    int regions = maps.values().stream().mapToInt(map -> ConnectedRegions.of(map).size()).sum();
    assertEquals(regions, polygons + runs);
    assertTrue(shape == CocoShape.RLE ? polygons == 0 : polygons > 900 && runs > 4, out);
  }

  @Test
  void datumaroReadsTheArchive() throws IOException, InterruptedException, URISyntaxException {
    var maps = LabelMaps.all();
    LabelMaps.export(maps, folder, CocoShape.RLE);
    var out = PythonTorch.runWith("datumaro, PIL", "cvat_masks.py", folder);
    var regions = 0;
    for (var map : maps.values()) {
      var found = ConnectedRegions.of(map);
      regions +=
          found.size() <= 254
              ? found.size()
              : (int) found.stream().mapToInt(Region::label).distinct().count();
    }
    assertEquals(
        "items %s masks %s labels background,disc,square,traffic light,star,ring,cross,ignored"
            .formatted(maps.size(), regions),
        out.lines().toList().getLast());
  }

  /// Two regions of a class and one of another; an ignored pixel belongs to none.
  @Test
  void anAnnotationIsARegionWithItsBoxAreaAndScore() {
    var map = LabelMaps.of(4, 1, 1, 0, 3, 0, 0, 255, 3, 1, 0, 0, 3);
    LabelMaps.export(Map.of("beach/a", map), folder, CocoShape.POLYGON);
    var written = dataSet();
    assertEquals(
        "{\"id\":1,\"width\":4,\"height\":3,\"file_name\":\"beach/a.jpg\"}",
        written.get("images").get(0).toString());
    var annotations = written.get("annotations");
    assertEquals(3, annotations.size());
    assertEquals(
        "{\"id\":1,\"image_id\":1,\"category_id\":1,\"segmentation\":[[2,0,2,1,0,1,0,0]],"
            + "\"area\":2,\"bbox\":[0,0,2,1],\"iscrowd\":0,\"score\":0.071429}",
        annotations.get(0).toString());
    assertEquals(2, annotations.get(1).get("id").intValue());
    assertEquals(
        "{\"id\":3,\"image_id\":1,\"category_id\":3,\"segmentation\":[[4,0,4,3,3,3,3,0]],"
            + "\"area\":3,\"bbox\":[3,0,1,3],\"iscrowd\":0,\"score\":0.571429}",
        annotations.get(2).toString());
    assertEquals(
        "{\"id\":3,\"name\":\"traffic light\",\"supercategory\":\"\"}",
        written.get("categories").get(2).toString());
    var results = Json.MAPPER.readTree(folder.resolve("coco/results.json").toFile());
    assertEquals(
        "{\"image_id\":1,\"category_id\":3,\"segmentation\":{\"size\":[3,4],\"counts\":\"93\"},"
            + "\"score\":0.571429}",
        results.get(2).toString());
  }

  /// Earlier files stay until new ones are complete, and nothing is left of a work that ended.
  @Test
  void filesAppearWhenAllIsDone() throws IOException {
    LabelMaps.export(Map.of("a", LabelMaps.of(1, 1)), folder, CocoShape.RLE);
    var json = Files.readAllBytes(folder.resolve("coco/annotations/instances_default.json"));
    var zip = Files.readAllBytes(folder.resolve("cvat.zip"));
    var before = files();
    var options =
        new AnnotationExport.Options(Set.of(LabelFormat.COCO, LabelFormat.CVAT), CocoShape.RLE);
    try (var export =
        AnnotationExport.open(options, folder, LabelMaps.data(), List.of("a.jpg"), _ -> {})) {
      export.prepare(image("a", LabelMaps.of(1, 2))).append();
      assertEquals(before, files(), "what is not complete has no name");
    }
    assertEquals(before, files());
    assertArrayEquals(
        json, Files.readAllBytes(folder.resolve("coco/annotations/instances_default.json")));
    assertArrayEquals(zip, Files.readAllBytes(folder.resolve("cvat.zip")));
    LabelMaps.export(Map.of("a", LabelMaps.of(1, 1)), folder, CocoShape.RLE);
    assertArrayEquals(zip, Files.readAllBytes(folder.resolve("cvat.zip")), "reproducible");
  }

  private Set<Path> files() throws IOException {
    try (var files = Files.walk(folder)) {
      return new HashSet<>(files.toList());
    }
  }

  private static LabelledImage image(String name, LabelMap map) {
    return new LabelledImage(0, name, name + ".jpg", Path.of(name + ".jpg"), map, null);
  }

  /// An image that is prepared and then skipped is in no file; ids of the others stay.
  @Test
  void aSkippedImageIsInNoFile() throws IOException {
    var options =
        new AnnotationExport.Options(Set.of(LabelFormat.COCO, LabelFormat.CVAT), CocoShape.RLE);
    var paths = List.of("a.jpg", "b.jpg");
    try (var export = AnnotationExport.open(options, folder, LabelMaps.data(), paths, _ -> {})) {
      export.prepare(image("a", LabelMaps.of(1, 1)));
      var b = new LabelledImage(1, "b", "b.jpg", Path.of("b.jpg"), LabelMaps.of(1, 4), null);
      export.prepare(b).append();
      export.finish();
    }
    var written = dataSet();
    assertEquals(1, written.get("images").size());
    assertEquals(2, written.get("images").get(0).get("id").intValue());
    assertEquals(1, written.get("annotations").get(0).get("id").intValue());
    assertEquals(1, written.get("annotations").get(0).get("score").doubleValue());
    try (var zip = new ZipFile(folder.resolve("cvat.zip").toFile())) {
      var names = zip.stream().map(entry -> entry.getName()).toList();
      assertEquals(
          List.of(
              "SegmentationClass/b.png",
              "SegmentationObject/b.png",
              "labelmap.txt",
              "ImageSets/Segmentation/default.txt"),
          names);
      var list = zip.getInputStream(zip.getEntry(names.getLast())).readAllBytes();
      assertEquals("b\n", new String(list, StandardCharsets.UTF_8));
      var labels = zip.getInputStream(zip.getEntry("labelmap.txt")).readAllBytes();
      assertEquals(
          """
          # label:color_rgb:parts:actions
          background:0,0,0::
          disc:128,0,0::
          square:0,128,0::
          traffic light:128,128,0::
          star:0,0,128::
          ring:128,0,128::
          cross:0,128,128::
          """,
          new String(labels, StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:b", "#a", "background", "a\\tb"})
  void aClassThatTheArchiveCannotNameIsRefusedBeforeTheWork(String name) {
    var data = LabelMaps.data("data.classNames=[\"" + name + "\"]");
    var options = new AnnotationExport.Options(Set.of(LabelFormat.CVAT), CocoShape.RLE);
    var e =
        assertThrows(
            DataException.class,
            () -> AnnotationExport.open(options, folder, data, List.of(), _ -> {}));
    assertTrue(e.getMessage().contains("use the format coco"), e.getMessage());
  }

  @Test
  void anImageThatTheArchivesListCannotNameIsRefused() {
    var options = new AnnotationExport.Options(Set.of(LabelFormat.CVAT), CocoShape.RLE);
    try (var export =
        AnnotationExport.open(options, folder, LabelMaps.data(), List.of("#1.jpg"), _ -> {})) {
      for (var name : List.of("#1", " a", "a\nb")) {
        assertThrows(
            InvalidPathException.class, () -> export.prepare(image(name, LabelMaps.of(1, 1))));
      }
    }
  }

  @Test
  void whatIsInTheWayIsNamedBeforeTheWork() throws IOException {
    Files.writeString(folder.resolve("coco"), "");
    Files.createDirectory(folder.resolve("cvat.zip"));
    for (var format : List.of(LabelFormat.COCO, LabelFormat.CVAT)) {
      var options = new AnnotationExport.Options(Set.of(format), CocoShape.RLE);
      assertThrows(
          IllegalArgumentException.class,
          () -> AnnotationExport.open(options, folder, LabelMaps.data(), List.of(), _ -> {}));
    }
  }

  /// COCO's own data set keeps its numbers, so that results can be scored with its annotations.
  @Test
  void cocoKeepsItsIds() {
    var coco = LabelMaps.data("data.layout=coco", "data.classNames=[toothbrush, person]");
    var images = List.of("COCO_val2014_000000000042.jpg", "000000000139.jpg");
    var ids = CocoIds.of(coco, images);
    assertArrayEquals(new long[] {90, 1}, ids.categories());
    assertArrayEquals(new long[] {42, 139}, ids.images());
    assertArrayEquals(new long[] {1, 2}, CocoIds.of(coco, List.of("a.jpg", "b.jpg")).images());
    var same = List.of("COCO_val2014_000000000042.jpg", "000000000042.jpg");
    assertArrayEquals(new long[] {1, 2}, CocoIds.of(coco, same).images(), "must differ");
    var all = CocoIds.of(LabelMaps.data("data.layout=coco", "data.classNames=[]"), List.of());
    assertEquals(80, all.categories().length);
    assertEquals(13, all.categories()[11], "stop sign");
    assertEquals(90, all.categories()[79]);
  }

  /// A data set that a COCO file labels has that file's ids.
  @Test
  void idsAreThoseOfTheFileThatLabelsTheData() throws IOException {
    var json = folder.resolve("_annotations.coco.json");
    Files.writeString(
        json,
        """
        {"images":[{"id":7,"file_name":"x/a.jpg"},{"file_name":"b.jpg","id":"9"}],
         "annotations":[{"id":1,"image_id":7,"category_id":4,"bbox":[1,2,3,4]}],
         "categories":[{"id":4,"name":"star"},{"id":2,"name":"disc"}]}
        """);
    var data =
        LabelMaps.data(
            "data.root=" + folder, "data.labels=" + json, "data.classNames=[disc, star]");
    var ids = CocoIds.of(data, List.of("sub/b.jpg", "x/a.jpg"));
    assertArrayEquals(new long[] {2, 4}, ids.categories());
    assertArrayEquals(new long[] {9, 7}, ids.images());
    assertArrayEquals(new long[] {1, 2}, CocoIds.of(data, List.of("c.jpg", "b.jpg")).images());
    Files.writeString(json, "[{\"image\":\"a.jpg\"}]"); // another tool's
    assertArrayEquals(new long[] {1, 2}, CocoIds.of(data, List.of("a.jpg", "b.jpg")).categories());
    Files.writeString(json, "{\"images\":[{\"id\":");
    assertThrows(DataException.class, () -> CocoIds.of(data, List.of("a.jpg")));
  }

  /// More regions than the archive has colours: a class is one object.
  @Test
  void manyRegionsStayOneObjectForEachClass() {
    var labels = new int[60 * 60];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 60 % 2 == 0 && i / 60 % 2 == 0 ? 1 + i / 60 % 4 / 2 : 0;
    }
    var maps = new LinkedHashMap<String, LabelMap>();
    maps.put("many", LabelMaps.of(60, labels));
    LabelMaps.export(maps, folder, CocoShape.RLE);
    assertEquals(900, dataSet().get("annotations").size());
    assertTrue(Files.exists(folder.resolve("cvat.zip")));
  }
}
