package toco.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.ZipFile;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;

/// Reads labels from CVAT's export "CVAT for images 1.1": `annotations.xml`, also in the archive as
/// it was downloaded.
///
/// ```
/// <annotations> …
///   <image id="0" name="beach/IMG_1.jpg" width="640" height="480">
///     <tag label="cat" source="manual"/>
///     <box label="dog" xtl="1" …/>
///   </image>
/// </annotations>
/// ```
///
/// An image shows the classes of its tags and of its shapes of any kind. The file is read as a
/// stream, so its size does not matter.
final class CvatAnnotations {
  static final String FILE = "annotations.xml";
  private static final List<String> IMAGE = List.of("annotations", "image");
  private static final List<String> TRACK = List.of("annotations", "track");

  private static final Set<String> LABELLED =
      Set.of(
          "tag", "box", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "skeleton");

  private final String source;
  private final ClassIndex classes;
  private final ClassIndex.Labels labels;
  private @Nullable BitSet shown; // of the current image
  private int images;

  private CvatAnnotations(String source, ClassIndex classes) {
    this.source = source;
    this.classes = classes;
    labels = classes.new Labels(source);
  }

  /// @param path the `.xml` file, or a `.zip` archive or folder with it
  /// @return the labels by the images' names
  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path path, ClassIndex classes) {
    var file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    var reader = new CvatAnnotations(file.toString(), classes);
    try {
      if (file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
        reader.readZip(file);
      } else {
        try (var in = Files.newInputStream(file)) {
          reader.read(in);
        }
      }
    } catch (IOException e) {
      throw new DataException(
          "cannot read %s: %s; export it again".formatted(file, IoReason.of(e)), e);
    }
    return reader.build();
  }

  private void readZip(Path file) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      var entry =
          zip.stream()
              .filter(it -> it.getName().equals(FILE) || it.getName().endsWith("/" + FILE))
              .findFirst()
              .orElseThrow(() ->
                  new DataException(
                      "%s holds no %s; expected CVAT's export in the format 'CVAT for images 1.1'"
                          .formatted(file, FILE)));
      try (var in = zip.getInputStream(entry)) {
        read(in);
      }
    }
  }

  private void read(InputStream in) {
    new SafeXml("CVAT file", "annotations")
        .read(
            new BufferedInputStream(in),
            source,
            new SafeXml.Elements() {
              @Override
              public void start(List<String> path, XMLStreamReader xml, String where) {
                requireNoTrack(path, where);
                try {
                  onStart(path, xml, where);
                } catch (DataException e) {
                  classes.report(e);
                }
              }
            });
  }

  private static void requireNoTrack(List<String> path, String where) {
    if (path.equals(TRACK)) {
      throw new DataException(
          ("%s: the file holds tracks of a video, which name no images; export the format 'CVAT for"
                  + " images 1.1'")
              .formatted(where));
    }
  }

  private void onStart(List<String> path, XMLStreamReader xml, String where) {
    if (path.equals(IMAGE)) {
      shown = null;
      var name = attribute(xml, "name");
      if (name.isEmpty()) {
        throw new DataException("%s: an image has no name".formatted(where));
      }
      shown = labels.image(name, xml.getLocation().getLineNumber());
      images++;
    } else if (path.size() == 3
        && path.subList(0, 2).equals(IMAGE)
        && LABELLED.contains(path.getLast())) {
      var label = attribute(xml, "label");
      if (label.isEmpty()) {
        throw new DataException("%s: a %s has no label".formatted(where, path.getLast()));
      }
      var k = classes.find(label, where);
      if (shown != null) {
        k.ifPresent(shown::set);
      }
    }
  }

  private static String attribute(XMLStreamReader xml, String name) {
    var value = xml.getAttributeValue(null, name);
    return value == null ? "" : value.strip();
  }

  private ClassLabels build() {
    if (images == 0) {
      throw new DataException(
          source
              + " names no image; expected CVAT's export in the format 'CVAT for images 1.1', with"
              + " <image name=\"…\"> elements");
    }
    return labels.build();
  }
}
