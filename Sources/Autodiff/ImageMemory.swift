import Kernels

// What a tape keeps for images: their gradients while a sweep passes, and packed kernels.

/// A kernel that is packed for one of its two uses.
struct PackedKernelKey: Hashable {
  enum Use { case forward, inputGradient }

  let kernel: Parameter
  let use: Use
}

extension Tape {
  /// Records operations on images that nothing outside of `body` reads: the memory of their
  /// gradients is used again as soon as the sweep has passed them.
  public func withPassingImageGradients(_ body: () -> Void) {
    record(.imagesEnd)
    body()
    record(.imagesBegin)
  }

  /// The gradient of an image as its reader left it; zeros where nothing has read it.
  func gradient(of image: ImageTensor) -> Region {
    guard let index = image.gradientIndex else { return .empty }
    if imageGradients[index].isEmpty {
      imageGradients[index] = arena.allocateZeros(image.values.count)
    }
    return imageGradients[index]
  }

  /// Memory for the gradient of an image, for its reader to write.
  func newGradient(of image: ImageTensor) -> Region {
    guard let index = image.gradientIndex else { return .empty }
    imageGradients[index] = arena.allocate(image.values.count)
    return imageGradients[index]
  }

  /// Lets an image have the memory of a gradient that nothing else needs any more.
  func passGradient(_ gradient: Region, to image: ImageTensor) {
    if let index = image.gradientIndex { imageGradients[index] = gradient }
  }

  /// Frames as numbers, in memory that the next frames take.
  func packFrames(_ sources: [ImageSource]) -> Region {
    let channels = sources[0].channels
    packedFrames.reset()
    let block = packedFrames.allocate(
      channels.total * channels.height * channels.width * ImageTensor.lanes)
    for source in sources {
      ImageBlocks.pack(source.bytes, at: source.frames, channels: source.channels, into: block)
    }
    return block
  }

  /// A kernel in the order in which the convolution reads it, packed once until the tape is reset.
  func packed(
    _ kernel: Parameter, of convolution: Convolution, for use: PackedKernelKey.Use
  ) -> Convolution.PackedKernel {
    let key = PackedKernelKey(kernel: kernel, use: use)
    if let packed = packedKernels[key] { return packed }
    let values = values(of: kernel)
    let packed =
      switch use {
      case .forward: convolution.packForward(values, in: packedKernelArena)
      case .inputGradient: convolution.packBackward(values, in: packedKernelArena)
      }
    packedKernels[key] = packed
    return packed
  }
}
