package toco.torch;

import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;

/// What [TensorTest] does: opens a scope before each test, closes it afterwards, and compares the
/// counts. Tests must run one at a time, because the counts are those of the process.
public final class TensorTestExtension implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TensorTestExtension.class);

  /// The counts before a test, and the scope opened for it.
  private record Before(long liveTensors, int wrapped, @Nullable TensorScope scope) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    LibTorch.load();
    boolean wantsScope =
        AnnotationSupport.findAnnotation(context.getRequiredTestClass(), TensorTest.class)
            .map(TensorTest::scope)
            .orElse(true);
    long live = LibTorch.liveTensors();
    int wrapped = LibTorch.wrappedCount();
    var scope = wantsScope ? TensorScope.open() : null;
    context.getStore(NAMESPACE).put(Before.class, new Before(live, wrapped, scope));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var before =
        Objects.requireNonNull(
            context.getStore(NAMESPACE).remove(Before.class, Before.class), "no beforeEach");
    if (before.scope != null) {
      before.scope.close(); // an exception here: the test left an inner scope open
    }
    long tensors = LibTorch.liveTensors() - before.liveTensors;
    int wrapped = LibTorch.wrappedCount() - before.wrapped;
    var problems = new ArrayList<String>();
    var counted = Math.abs(tensors) + (Math.abs(tensors) == 1 ? " tensor" : " tensors");
    if (tensors > 0) {
      problems.add("leaked " + counted);
    } else if (tensors < 0) {
      problems.add("freed " + counted + " of before");
    }
    if (wrapped != 0) {
      problems.add("changed the number of wrapped memory segments by " + wrapped);
    }
    if (!problems.isEmpty()) {
      throw new AssertionFailedError("the test " + String.join(", and ", problems));
    }
  }
}
