package toco.loss;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.torch.Tensor;

/// The loss terms of one micro-batch, unweighted scalars. A term of weight 0 is missing unless it
/// was computed for a report.
///
/// @param byTerm the terms that were computed; unmodifiable
/// @param counts further scalars for the log, by the names in [LossSchedule#counts], such as
///   `emptySegParts`; unmodifiable
public record LossTerms(Map<LossTerm, Tensor> byTerm, Map<String, Tensor> counts) {

  public LossTerms {
    byTerm = Collections.unmodifiableMap(new LinkedHashMap<>(byTerm));
    counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
  }

  /// Terms without further numbers.
  public LossTerms(Map<LossTerm, Tensor> byTerm) {
    this(byTerm, Map.of());
  }

  /// A term, or null if it was not computed.
  public @Nullable Tensor get(LossTerm term) {
    return byTerm.get(term);
  }

  /// A term that was computed.
  ///
  /// @throws IllegalArgumentException if it was not
  public Tensor require(LossTerm term) {
    var value = byTerm.get(term);
    if (value == null) {
      throw new IllegalArgumentException(
          "the loss term %s was not computed; run the step with a report".formatted(term.key()));
    }
    return value;
  }

  /// The weighted sum of the terms; terms of weight 0 are left out of the graph.
  ///
  /// @return scalar
  /// @throws IllegalArgumentException if a term with a weight was not computed
  public Tensor total(LossWeights weights) {
    Tensor sum = null;
    for (var term : weights.terms()) {
      double weight = weights.of(term);
      var weighted = weight == 1 ? require(term) : require(term).mul(weight);
      sum = sum == null ? weighted : sum.add(weighted);
    }
    if (sum == null) {
      throw new IllegalArgumentException("no loss term has a weight");
    }
    return sum;
  }
}
