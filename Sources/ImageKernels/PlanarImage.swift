internal import CKernels
import Kernels

/// The memory of one image with sixteen of its pixels in the vector lanes: planes
/// `[channels, height · width]`, each rounded up to whole vectors, where blocks of sixteen images
/// would leave fifteen lanes idle.
///
/// Its kernels give the bits that those on blocks give, so that either can be taken. They run one
/// way only: gradients go through blocks.
package struct PlanarShape: Sendable, Equatable {
  package let channels: Int
  package let height: Int
  package let width: Int

  package init(channels: Int, height: Int, width: Int) {
    precondition(
      channels > 0 && height > 0 && width > 0,
      "\(channels) channels of \(height)×\(width) images")
    (self.channels, self.height, self.width) = (channels, height, width)
  }

  /// Vectors of a plane.
  package var vectors: Int { (height * width + 15) / 16 }

  /// Floats of all planes, with the room behind them that loads may run into.
  package var count: Int { channels * vectors * 16 + 32 }

  /// This shape after ``pool(_:into:)``.
  package var halved: PlanarShape {
    PlanarShape(channels: channels, height: height / 2, width: width / 2)
  }

  func check(_ planes: Region) {
    precondition(
      planes.count == count,
      "planes of \(planes.count) floats where \(count) belong for \(channels) channels of "
        + "\(height)×\(width)")
  }
}

extension PlanarShape {
  /// The frame as numbers `x / 255 - 0.5`, in the channels that it has of this shape's.
  ///
  /// - Parameters:
  ///   - frames: frames `[height, width, channels]`.
  ///   - offset: bytes before the wanted one.
  ///   - planes: `[total channels, height · width]`.
  package func pack(
    _ frames: Bytes, at offset: Int, channels part: ImageBlocks.Channels, into planes: Region
  ) {
    check(planes)
    precondition(
      part.height == height && part.width == width && part.total == channels && part.offset >= 0
        && part.offset + part.count <= channels,
      "channels \(part.offset)..<\(part.offset + part.count) of \(part.total), "
        + "\(part.height)×\(part.width), in \(channels) channels of \(height)×\(width)")
    let frame = frames.slice(offset, count: part.frameSize)
    let first = part.offset * vectors * 16
    kernels.planar_pack(
      frame.base, height * width, part.count, planes.slice(first, count: count - first).base)
  }

  /// `pooled[c, y, x] = max` of the four pixels of a cell.
  ///
  /// - Parameters:
  ///   - planes: of this shape, whose sides are even.
  ///   - pooled: of the shape ``halved``, overwritten.
  package func pool(_ planes: Region, into pooled: Region) {
    check(planes)
    precondition(
      height % 2 == 0 && width % 2 == 0, "pooling images of \(height)×\(width) pixels")
    halved.check(pooled)
    kernels.planar_max_pool(planes.base, channels, height, width, pooled.base)
  }

  /// `output = activation(norm(planes))` over the channels of each pixel.
  ///
  /// - Parameters:
  ///   - planes, output: of this shape; they may be the same region.
  ///   - scale: `[channels]`; not read where there is no norm.
  ///   - shift: `[channels]`; read by layer norm only.
  package func normalize(
    _ planes: Region, _ normalization: Normalization, activation: Activation, scale: Region,
    shift: Region, output: Region
  ) {
    check(planes)
    check(output)
    let norm = ChannelNorm(
      normalization, activation: activation, channels: channels, pixels: vectors)
    let used = channels * vectors * 16
    norm.forward(
      planes.slice(0, count: used), scale: scale, shift: shift, output: output.slice(0, count: used)
    )
  }

  /// The image in the reference's order.
  ///
  /// - Parameters:
  ///   - planes: of this shape.
  ///   - row: `[height · width · channels]`, overwritten.
  package func interleave(_ planes: Region, into row: Region) {
    check(planes)
    precondition(
      row.count == height * width * channels,
      "\(row.count) floats for \(channels) channels of \(height)×\(width)")
    kernels.planar_interleave(planes.base, height * width, channels, row.base)
  }
}
