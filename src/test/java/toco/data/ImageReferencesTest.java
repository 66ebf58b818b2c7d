package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.data.LabelFiles.assertRefused;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferencesTest {
  private static final List<String> FOLDER =
      List.of("beach/IMG_1.jpg", "city/IMG_2.JPG", "IMG_3.png", "a b/é+#.jpeg", "city/IMG_3.jpg");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "beach/IMG_1.jpg",
        "beach/IMG_1",
        "beach\\IMG_1.jpg",
        ".\\beach\\IMG_1.jpg",
        "./beach//IMG_1.JPG",
        "../beach/./IMG_1.png",
        "IMG_1.tif",
        "pets/train/beach/IMG_1.jpg",
        "C:\\Users\\me\\beach\\IMG_1.jpg",
        "D:/pets/IMG_1.jpg",
        "\\\\server\\share\\IMG_1.jpg",
        "/home/me/pets/beach/IMG_1.jpg",
        "/mnt/other/IMG_1.JPEG",
        "file:///home/me/beach/IMG_1.jpg",
        "https://host.org/x/IMG_1.jpg?raw=1#top",
        "s3://bucket/beach/IMG_1.jpg",
        "gs://bucket/IMG_1.webp",
        "/data/upload/12/1f2e3d4c-IMG_1.jpg",
        "http://localhost:8080/data/upload/12/1f2e3d4c-IMG_1.jpg",
        "upload/12/1f2e3d4c-IMG_1",
        "/data/local-files/?d=pets/beach/IMG_1.jpg",
        "/data/local-files/?d=C%3A%5Cpets%5Cbeach%5CIMG_1.jpg&x=1",
        "http://localhost:8080/data/local-files?d=home/me/beach/IMG_1.jpg",
        "azure-blob://container/beach/IMG_1.jpg"
      })
  void anImageIsFoundByAnyPathToIt(String reference) {
    assertEquals(Optional.of("beach/IMG_1.jpg"), find(reference));
  }

  @Test
  void urlsAreDecodedAndLettersComposed() {
    assertEquals(Optional.of("a b/é+#.jpeg"), find("http://host/a%20b/%C3%A9+%23.jpeg"));
    assertEquals(Optional.of("a b/é+#.jpeg"), find("a b/e\u0301+#.jpeg"));
    assertEquals(Optional.empty(), find("http://host/100%.jpg"));
  }

  /// Label Studio changes the names of uploads; a name that has such digits itself comes first.
  @Test
  void uploadsKeepTheirOwnNames() {
    var images =
        new ImageReferences(List.of("x/my photo (1) é.jpg", "0a1b2c3d-a.jpg", "a.jpg", "s/b.jpg"));
    assertEquals(
        Optional.of("x/my photo (1) é.jpg"),
        images.find("/data/upload/1/1f2e3d4c-my_photo_1_%C3%A9.jpg"));
    assertEquals(
        Optional.of("x/my photo (1) é.jpg"),
        images.find("/data/upload/1/1f2e3d4c-my_photo_1_é.jpg"));
    assertEquals(Optional.of("0a1b2c3d-a.jpg"), images.find("/data/upload/1/0a1b2c3d-a.jpg"));
    assertEquals(Optional.of("a.jpg"), images.find("/data/upload/1/ffffffff-a.jpg"));
    assertEquals(Optional.of("s/b.jpg"), images.find("/data/upload/1/ffffffff-b.png"));
    assertEquals(Optional.empty(), images.find("/data/upload/1/ffffffff-c.jpg"));
    assertEquals(Optional.empty(), images.find("/data/upload/1/fff-a-a.jpg"));
    var twins = new ImageReferences(List.of("s/b.jpg", "t/b.jpg"));
    assertRefused(() -> twins.find("/data/upload/1/ffffffff-b.jpg"), "s/b.jpg and t/b.jpg");
  }

  /// A relative path with another folder is another image.
  @Test
  void anotherImageIsNotFound() {
    assertEquals(Optional.empty(), find("city/IMG_1.jpg"));
    assertEquals(Optional.empty(), find("pets/city/IMG_1.jpg"));
    assertEquals(Optional.empty(), find("IMG_11.jpg"));
    assertEquals(Optional.empty(), find("MG_1.jpg"));
    assertEquals(Optional.empty(), find("/home/me/IMG_4.jpg"));
  }

  @Test
  void theExtensionCountsWhereNothingElseDiffers() {
    var twins = new ImageReferences(List.of("x.jpg", "x.png", "s/y.jpg", "t/y.png"));
    assertEquals(Optional.of("x.png"), twins.find("x.PNG"));
    assertEquals(Optional.of("x.jpg"), twins.find("/other/x.jpg"));
    assertEquals(Optional.of("t/y.png"), twins.find("y.png"));
    assertRefused(() -> twins.find("x"), "'x' matches several images: x.jpg and x.png");
    assertRefused(() -> twins.find("http://host/y.gif"), "s/y.jpg and t/y.png");
    assertEquals(Optional.of("IMG_3.png"), find("IMG_3")); // that of the folder itself
  }

  @Test
  void numbersAreThoseOfTheNames() {
    var names = List.of("2007_000032", "2008_000032", "COCO_train2014_000000000009", "0017");
    var numbered = new ImageReferences(names);
    assertEquals(Optional.of("2007_000032"), numbered.find("2007000032"));
    assertEquals(Optional.of("2008_000032"), numbered.find("2008000032"));
    assertEquals(Optional.of("COCO_train2014_000000000009"), numbered.find("9"));
    assertEquals(Optional.of("COCO_train2014_000000000009"), numbered.find("000000000009.jpg"));
    assertEquals(
        Optional.of("COCO_train2014_000000000009"), numbered.find("val2017/000000000009.jpg"));
    assertEquals(Optional.of("0017"), numbered.find("17")); // spreadsheets drop zeros
    assertEquals(Optional.empty(), numbered.find("32"));
    assertEquals(Optional.empty(), numbered.find("cat/17.jpg"));
    assertEquals(Optional.empty(), numbered.find("9".repeat(40)));
    var twice = new ImageReferences(List.of("a/1", "b/01"));
    assertEquals(Optional.of("a/1"), twice.find("1"));
    assertRefused(() -> twice.find("001"), "matches several images: a/1 and b/01");
  }

  private static Optional<String> find(String reference) {
    return new ImageReferences(FOLDER).find(reference);
  }
}
