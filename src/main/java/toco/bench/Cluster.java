package toco.bench;

import java.util.Locale;
import toco.bench.ScalingModel.Links;

/// GPUs and their links, with values whose sources are in docs/scaling.md.
public enum Cluster {
  /// Eight A100 per host on NVSwitch, eight HDR InfiniBand ports per host.
  A100(new Links(8, 230, 190, 5, 15), 50, 1500),
  /// Eight H100 per host on NVSwitch, eight NDR InfiniBand ports per host.
  H100(new Links(8, 360, 380, 5, 15), 130, 2600),
  /// Eight GPUs with an A100's speed per host on PCIe 4, one 100 Gbit/s port per host.
  PCIE(new Links(8, 16, 11, 10, 20), 50, 1500),
  /// One GPU with an A100's speed per host on 25 Gbit/s Ethernet.
  ETHERNET(new Links(1, 230, 2.8, 5, 30), 50, 1500);

  /// How the processes are connected.
  @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
  public final Links links;

  /// TFLOP/s that a GPU reaches on this network's matrix products.
  public final double teraflops;

  /// Memory bandwidth of a GPU, 10⁹ bytes per second.
  public final double memoryGBs;

  Cluster(Links links, double teraflops, double memoryGBs) {
    this.links = links;
    this.teraflops = teraflops;
    this.memoryGBs = memoryGBs;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
