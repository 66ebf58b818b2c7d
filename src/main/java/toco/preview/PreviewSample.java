package toco.preview;

import java.util.List;
import toco.image.ImageBox;

/// A sample on the page. Its pictures are files in the folder.
sealed interface PreviewSample {
  Place place();

  /// Its name in the list file.
  String name();

  /// Names of the classes in the image.
  List<String> classes();

  /// A sample's position on the page and in training.
  ///
  /// @param number on the page, from 1
  /// @param step the training step that uses it, from 0
  /// @param position in that step's batch, from 0
  /// @param index its position in the data set
  record Place(int number, int step, int position, int index) {}

  /// A sample that was read.
  ///
  /// @param widthPx of the image file
  /// @param heightPx of the image file
  /// @param box the part of view 1 that training takes for image, not padding
  /// @param crops the local crops
  record Drawn(
      Place place,
      String name,
      List<String> classes,
      int widthPx,
      int heightPx,
      ImageBox box,
      List<LocalCrop> crops)
      implements PreviewSample {
    public Drawn {
      classes = List.copyOf(classes);
      crops = List.copyOf(crops);
    }
  }

  /// A sample whose image cannot be read.
  ///
  /// @param reason a sentence that names the file
  record Unreadable(Place place, String name, List<String> classes, String reason)
      implements PreviewSample {
    public Unreadable {
      classes = List.copyOf(classes);
    }
  }

  /// A local crop.
  ///
  /// @param topPx its first row in the local view
  /// @param leftPx its first column in the local view
  record LocalCrop(int topPx, int leftPx, Flag flag) {}

  /// A local crop's role in the class-token contrast.
  enum Flag {
    POSITIVE("positive", "+"),
    NEGATIVE("negative", "−"),
    /// Depends on the CAM of a network, and there is none.
    UNKNOWN("unknown", "");

    final String word;
    final String sign;

    Flag(String word, String sign) {
      this.word = word;
      this.sign = sign;
    }
  }
}
