package toco.torch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Tests that run on an accelerator: a GPU if there is one, else the stand-in. `mvn verify` runs
/// them in a process of their own, because a process that has an accelerator has page-locked
/// memory, too.
@Tag("accelerator")
@ExtendWith(OnAccelerator.Loading.class)
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface OnAccelerator {
  /// Loads the stand-in before the first test: LibTorch's autograd starts its threads with the
  /// first backward pass of a process, one for each device that there is by then.
  final class Loading implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
      TestAccelerator.device();
    }
  }
}
