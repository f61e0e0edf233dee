import ImageKernels
import Kernels

/// One image with sixteen of its pixels in the vector lanes, planes `[channels, height · width]`: a
/// constant, for passes that are not recorded.
package struct PlanarImage: Sendable {
  package let values: Region
  package let shape: PlanarShape
}

/// Each gives the bits that its namesake gives for blocks of sixteen images.
extension Tape {
  /// Planes of undefined values.
  private func planarImage(_ shape: PlanarShape) -> PlanarImage {
    precondition(!isRecording, "planar images have no gradients")
    return PlanarImage(values: arena.allocate(shape.count), shape: shape)
  }

  /// The first frame of each source as numbers `x / 255 - 0.5`.
  package func packPlanes(_ sources: [ImageSource]) -> PlanarImage {
    let channels = sources[0].channels
    let image = planarImage(
      PlanarShape(channels: channels.total, height: channels.height, width: channels.width))
    for source in sources {
      image.shape.pack(
        source.bytes, at: source.frames.first, channels: source.channels, into: image.values)
    }
    return image
  }

  /// A plain convolution of each image and, with `pools`, the maximum of each 2×2 cell.
  ///
  /// - Parameters:
  ///   - kernel: `[k, k, in, out]`, packed once for all images.
  ///   - bias: `[out]`.
  package func convolve(
    _ images: [PlanarImage], _ convolution: Convolution, kernel: Parameter, bias: Parameter,
    pools: Bool
  ) -> [PlanarImage] {
    let (shape, bias) = (convolution.planarOutput, values(of: bias))
    let results = images.map { _ in planarImage(pools ? shape.halved : shape) }
    let packed = packed(kernel, of: convolution, for: .forward)
    let mark = arena.mark
    defer { arena.rewind(to: mark) }
    let full = pools ? arena.allocate(shape.count) : .empty
    for (image, result) in zip(images, results) {
      convolution.forward(
        planar: image.values, kernel: packed, bias: bias, output: pools ? full : result.values,
        scratch: arena)
      if pools { shape.pool(full, into: result.values) }
    }
    return results
  }

  /// `activation(norm(x))` over the channels of each pixel, in place of x.
  package func normActivation(
    _ x: PlanarImage, _ kind: NormActivation, scale: Parameter?, shift: Parameter?
  ) {
    x.shape.normalize(
      x.values, kind.norm, activation: kind.activation, scale: scale.map(values(of:)) ?? .empty,
      shift: shift.map(values(of:)) ?? .empty, output: x.values)
  }

  /// The image as a row, channels last.
  ///
  /// - Parameter row: `[1, height · width · channels]`.
  package func gather(_ x: PlanarImage, into row: Tensor) {
    x.shape.interleave(x.values, into: row.values)
  }
}
