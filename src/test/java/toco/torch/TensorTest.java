package toco.torch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Marks a test class whose every test must free all tensors that it makes: afterwards as many
/// tensors are live, and as much memory is wrapped, as before it, `@BeforeEach` and `@AfterEach`
/// included. A test that leaks fails with the number of leaked tensors.
///
/// ```java
/// @TensorTest
/// class AddTest {
///   @Test
///   void zeroIsNeutral() {
///     assertEquals(2, Tensor.of(new float[] {2}, 1).add(0).item()); // freed after the test
///   }
/// }
/// ```
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(TensorTestExtension.class)
public @interface TensorTest {
  /// Whether a [TensorScope] is open around each test, which frees what the test makes. False for
  /// tests of code that must free its tensors itself, without a scope of the caller: only the count
  /// is compared.
  boolean scope() default true;
}
