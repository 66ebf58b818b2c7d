package toco;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static toco.ArchitectureTest.CLASSES;
import static toco.ArchitectureTest.check;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.RecipeName;
import toco.model.MoreNetwork;
import toco.model.Toco;

/// Recipes are kept apart from each other and from what they share.
class RecipeSeamTest {
  /// The seam knows no recipe, and no recipe another: only `recipes` knows which there are.
  @Test
  void recipesAreKnownOnlyWhereTheyAreBuilt() {
    var seam =
        new DescribedPredicate<JavaClass>("the seam") {
          @Override
          public boolean test(JavaClass type) {
            return type.getPackageName().equals("toco.recipe");
          }
        };
    check(
        List.of(
            noClasses()
                .that(seam)
                .should()
                .dependOnClassesThat(resideInAPackage("toco.recipe.(*)"))
                .evaluate(CLASSES),
            slices()
                .matching("toco.recipe.(*)..")
                .should()
                .notDependOnEachOther()
                .evaluate(CLASSES)));
  }

  /// What differs between recipes is a method of the recipe, its network or its views: nothing else
  /// asks which recipe there is.
  @Test
  void nothingAsksWhichRecipeThereIs() {
    var others =
        DescribedPredicate.not(
            resideInAnyPackage("toco.recipe..", "toco.recipes", "toco.parity")
                .or(equivalentTo(RecipeName.class)));
    var oneRecipe = resideInAPackage("toco.recipe.(*)");
    var itsNetwork = belongToAnyOf(Toco.class, MoreNetwork.class);
    check(
        List.of(
            noClasses().that(others).should().dependOnClassesThat(oneRecipe).evaluate(CLASSES),
            noClasses().that(others).should(askFor(itsNetwork.or(oneRecipe))).evaluate(CLASSES),
            noClasses()
                .that(others)
                .should()
                .accessFieldWhere(
                    describe(
                        "a constant of RecipeName",
                        access -> access.getTarget().getOwner().isEquivalentTo(RecipeName.class)))
                .evaluate(CLASSES)));
  }

  private static ArchCondition<JavaClass> askFor(DescribedPredicate<JavaClass> wanted) {
    return new ArchCondition<>("ask for an instance of " + wanted.getDescription()) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (var question : type.getInstanceofChecks()) {
          var asked = question.getRawType();
          var line = "%s asks for %s".formatted(question.getOwner().getFullName(), asked.getName());
          events.add(new SimpleConditionEvent(type, wanted.test(asked), line));
        }
      }
    };
  }
}
