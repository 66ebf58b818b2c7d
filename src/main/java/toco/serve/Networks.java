package toco.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;

/// The networks that are served; the first is the main one.
///
/// @param all those that are served; empty if only runs are shown
record Networks(List<ServedNetwork> all) implements AutoCloseable {
  private static final String MAIN = "main";
  private static final List<String> IDS = List.of(MAIN, "compare");

  Networks {
    all = List.copyOf(all);
  }

  /// One network, or another to compare it with.
  ///
  /// @throws IllegalArgumentException if their classes differ, or one lacks what the protocol
  ///   segments
  static Networks of(List<TrainedNetwork> trained, Protocol.Name protocol) {
    if (trained.size() > IDS.size()) {
      throw new IllegalArgumentException(
          "at most %s networks are served, got %s".formatted(IDS.size(), trained.size()));
    }
    var served = new ArrayList<ServedNetwork>();
    for (int i = 0; i < trained.size(); i++) {
      var classes = trained.get(i).config().data().classNames();
      var wanted = trained.getFirst().config().data().classNames();
      if (!classes.equals(wanted)) {
        throw new IllegalArgumentException(
            "the networks have different classes, %s and %s; compare networks of the same classes"
                .formatted(wanted, classes));
      }
      served.add(new ServedNetwork(IDS.get(i), trained.get(i), protocol));
    }
    return new Networks(served);
  }

  /// The network that a request names.
  ServedNetwork of(Call call) {
    var id = call.query().text("network", MAIN);
    if (all.isEmpty()) {
      throw HttpProblem.conflict(
          "no network is served; start toco serve with --checkpoint, or with a run that has one");
    }
    return all.stream()
        .filter(network -> network.id().equals(id))
        .findFirst()
        .orElseThrow(() ->
            HttpProblem.notFound(
                "there is no network %s; use one of %s"
                    .formatted(Query.quoted(id), all.stream().map(ServedNetwork::id).toList())));
  }

  Optional<ServedNetwork> main() {
    return all.stream().findFirst();
  }

  @Override
  public void close() {
    all.forEach(ServedNetwork::close);
  }
}
