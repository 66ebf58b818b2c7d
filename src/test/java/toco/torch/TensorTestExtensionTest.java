package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;

/// A test that leaks fails, and one that does not passes.
class TensorTestExtensionTest {
  @TensorTest
  private static final class InScope {}

  @TensorTest(scope = false)
  private static final class WithoutScope {}

  /// That JUnit finds the extension by its annotation.
  @Nested
  @TensorTest
  class Annotated {
    @Test
    void aScopeIsOpen() {
      assertNotNull(TensorScope.innermost());
    }
  }

  @Test
  void aScopeIsOpenDuringTheTestAndFreesItsTensors() {
    run(
        InScope.class,
        () -> {
          assertNotNull(TensorScope.innermost());
          Tensor.ones(2).add(1);
        });
    assertNull(TensorScope.innermost());
  }

  @Test
  void aLeakFailsTheTestWithTheNumberOfTensors() {
    var kept = new Tensor[2];
    var failure =
        assertThrows(
            AssertionFailedError.class,
            () ->
                run(
                    InScope.class,
                    () -> {
                      kept[0] = TensorScope.release(Tensor.ones(2));
                      kept[1] = TensorScope.release(Tensor.ones(2));
                    }));
    assertEquals("the test leaked 2 tensors", failure.getMessage());
    kept[0].close();
    kept[1].close();
  }

  @Test
  void withoutAScopeATensorThatIsNotClosedIsALeak() {
    var kept = new Tensor[1];
    var failure =
        assertThrows(
            AssertionFailedError.class,
            () -> run(WithoutScope.class, () -> kept[0] = Tensor.ones(2)));
    assertEquals("the test leaked 1 tensor", failure.getMessage());
    run(WithoutScope.class, () -> Tensor.ones(2).close());

    var freed =
        assertThrows(
            AssertionFailedError.class, () -> run(WithoutScope.class, () -> kept[0].close()));
    assertEquals("the test freed 1 tensor of before", freed.getMessage());
  }

  @Test
  void anInnerScopeLeftOpenFailsTheTest() {
    var inner = new TensorScope[1];
    assertThrows(
        IllegalStateException.class, () -> run(InScope.class, () -> inner[0] = TensorScope.open()));
    inner[0].close();
    TensorScope.innermost().close();
  }

  /// Runs a test as JUnit does: the extension's callbacks around it.
  private static void run(Class<?> testClass, Runnable test) {
    var extension = new TensorTestExtension();
    var context = context(testClass);
    extension.beforeEach(context);
    test.run();
    extension.afterEach(context);
  }

  /// A context of one test, with what the extension asks of it: the test's class and a store.
  private static ExtensionContext context(Class<?> testClass) {
    var values = new HashMap<Object, Object>();
    var store =
        proxy(
            ExtensionContext.Store.class,
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "put" -> values.put(arguments[0], arguments[1]);
                  case "remove" -> values.remove(arguments[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    return proxy(
        ExtensionContext.class,
        (_, method, _) ->
            switch (method.getName()) {
              case "getRequiredTestClass" -> testClass;
              case "getStore" -> store;
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
