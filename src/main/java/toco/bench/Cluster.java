package toco.bench;

import java.util.Locale;
import toco.bench.ScalingModel.Links;

/// GPUs and what lies between them, with the figures that docs/scaling.md gives sources for.
public enum Cluster {
  /// Eight A100 a host on NVSwitch, eight HDR InfiniBand ports a host.
  A100(new Links(8, 230, 190, 5, 15), 50, 1500),
  /// Eight H100 a host on NVSwitch, eight NDR InfiniBand ports a host.
  H100(new Links(8, 360, 380, 5, 15), 130, 2600),
  /// Eight GPUs of an A100's speed a host on PCIe 4, one 100 Gbit/s port a host.
  PCIE(new Links(8, 16, 11, 10, 20), 50, 1500),
  /// One GPU of an A100's speed a host on 25 Gbit/s Ethernet.
  ETHERNET(new Links(1, 230, 2.8, 5, 30), 50, 1500);

  /// How its processes are connected.
  @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
  public final Links links;

  /// What a GPU reaches on this network's matrix products.
  public final double teraflops;

  /// What a GPU's memory gives, 10⁹ bytes a second.
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
