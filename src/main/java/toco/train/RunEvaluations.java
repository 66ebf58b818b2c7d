package toco.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.BestWeights;
import toco.eval.Scores;
import toco.model.Network;
import toco.recipe.Recipe;

/// The evaluations of a run: each scores the network that the recipe evaluates, and after it those
/// that it scores too. Keeps the best of them if `train.keepBest` says so.
final class RunEvaluations {
  private final TrainingState state;
  private final TrainingListener listener;
  private double bestSegMiou = -1; // of rank 0

  /// @param name in the recipe
  /// @param isMain whether it is the one that the recipe evaluates
  private record Scored(String name, Network network, boolean isMain) {}

  RunEvaluations(TrainingState state, TrainingListener listener) {
    this.state = state;
    this.listener = listener;
    if (state.folder != null && state.config.train().keepBest()) {
      BestWeights.of(state.folder.path()).ifPresent(best -> bestSegMiou = best.segMiou());
    }
  }

  /// Scores the networks as they are, unless there is nothing to score them on or a stop is
  /// requested. Each process takes its share of the images.
  ///
  /// @return the scores of the network that the recipe evaluates; null if there are none
  @Nullable Scores evaluate(StepLog log) {
    Scores main = null;
    for (var scored : networks()) {
      long startedNs = System.nanoTime();
      var scores = score(scored.network);
      if (scores == null) {
        return null; // the log then has no evaluation of this step, and a resumed run makes it
      }
      double seconds = (System.nanoTime() - startedNs) * 1e-9;
      var network = scored.isMain ? null : scored.name;
      log.write(state.step, network, scores, state.train.classNames(), seconds);
      if (state.world.isRank0()) {
        report(network, scores);
        keepIfBest(scored, scores.segMiou());
      }
      main = scores;
    }
    return main;
  }

  /// The evaluated one is last.
  private List<Scored> networks() {
    var networks = new ArrayList<Scored>();
    for (var name : state.recipe.alsoScored()) {
      networks.add(new Scored(name, state.network(name), false));
    }
    var main = state.recipe.evaluated().orElse(Recipe.TRAINED);
    networks.add(new Scored(main, state.evaluated, true));
    return networks;
  }

  private @Nullable Scores score(Network network) {
    return state
        .evaluator
        .flatMap(it ->
            it.evaluate(network, this::reportProgress, state.averaging::stopRequested, state.world))
        .orElse(null);
  }

  private void reportProgress(int done, int total) {
    if (state.world.isRank0()) {
      listener.onEvaluationProgress(done, total);
    }
  }

  private void report(@Nullable String network, Scores scores) {
    if (network == null) {
      listener.onEvaluation(state.step, scores);
    } else {
      listener.onOtherEvaluation(state.step, network, scores);
    }
  }

  private void keepIfBest(Scored scored, double segMiou) {
    if (!state.config.train().keepBest() || !(segMiou > bestSegMiou)) { // or nothing was counted
      return;
    }
    var run = Objects.requireNonNull(state.folder).path();
    new BestWeights(scored.name, state.step, segMiou)
        .save(run, scored.network.params().all(), state.world.size(), state.config.toYaml());
    bestSegMiou = segMiou;
    state.report(
        String.format(
            Locale.ROOT,
            "best so far: network %s at step %d, seg %.3f mIoU, kept as %s",
            scored.name,
            state.step,
            segMiou,
            BestWeights.file(run)));
  }
}
