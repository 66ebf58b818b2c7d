package toco.eval;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// Brings label maps of one image to the host in one copy, because the host waits for each.
final class ReadLabels {
  private ReadLabels() {}

  /// @param maps [H, W] or [1, H, W], of any dtype, values 0…255, on one device
  /// @return uint8 labels, H·W bytes each, valid as long as the innermost tensor scope
  static Map<MapKind, MemorySegment> of(Map<MapKind, Tensor> maps) {
    var flat = new ArrayList<Tensor>();
    maps.values().forEach(it -> flat.add(it.to(DType.UINT8).flatten(0)));
    var read = new EnumMap<MapKind, MemorySegment>(MapKind.class);
    var segments = segments(flat);
    int i = 0;
    for (var kind : maps.keySet()) {
      read.put(kind, segments.get(i++));
    }
    return read;
  }

  private static List<MemorySegment> segments(List<Tensor> flat) {
    if (flat.getFirst().device().isCpu()) {
      return flat.stream().map(it -> it.contiguous().segment()).toList();
    }
    var all = Tensor.cat(flat, 0).to(Device.CPU).segment();
    var parts = new ArrayList<MemorySegment>();
    long start = 0;
    for (var map : flat) {
      parts.add(all.asSlice(start, map.numel()));
      start += map.numel();
    }
    return parts;
  }
}
