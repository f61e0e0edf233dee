import ImageKernels
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
  package func withPassingImageGradients(_ body: () -> Void) {
    let firstImage = imageGradients.count
    record(FirstPassingImage())
    body()
    record(LastPassingImage(firstImage: firstImage))
  }

  /// Where the gradient of an image stands; nil where none is wanted.
  ///
  /// It traps for an image whose reader is swept back in a stretch that the image is older than, a detour
  /// or one of passing gradients: the memory of the gradient would be gone when the image's own turn
  /// comes.
  private func gradientIndex(of image: ImageTensor) -> Int? {
    guard let index = image.gradientIndex else { return nil }
    precondition(
      firstImage..<imageGradients.count ~= index,
      "an image that was made outside of a detour, or of passing gradients, is read in it")
    return index
  }

  /// The gradient of an image as its readers left it, for the operation that made it: zeros where
  /// nothing has read it.
  package func gradient(of image: ImageTensor) -> Region {
    guard let index = gradientIndex(of: image) else { return .empty }
    if imageGradients[index].isEmpty {
      imageGradients[index] = arena.allocateZeros(image.values.count)
    }
    return imageGradients[index]
  }

  /// Adds what one reader of an image contributes to the image's gradient.
  ///
  /// - Parameter write: writes the contribution, all of it, into the region that it gets
  ///   (`[channels, height, width, 16]`; empty where the image is not tracked). The first reader writes
  ///   the gradient itself.
  package func addGradient(of image: ImageTensor, _ write: (Region) -> Void) {
    guard let index = gradientIndex(of: image) else { return write(.empty) }
    guard !imageGradients[index].isEmpty else {
      imageGradients[index] = arena.allocate(image.values.count)
      return write(imageGradients[index])
    }
    let mark = arena.mark
    let contribution = arena.allocate(image.values.count)
    write(contribution)
    imageGradients[index].add(contribution)
    arena.rewind(to: mark)
  }

  /// The same where the contribution is made from the gradient of a tracked result.
  ///
  /// - Parameter write: gets the gradient of `y`, and the region to write into.
  func pullBack(
    from y: ImageTensor, to x: ImageTensor, _ write: (_ gradient: Region, _ dx: Region) -> Void
  ) {
    let gradient = gradient(of: y)
    addGradient(of: x) { write(gradient, $0) }
  }

  /// Adds a gradient whose memory nothing else needs any more: the image may keep it.
  func passGradient(_ gradient: Region, to image: ImageTensor) {
    guard let index = gradientIndex(of: image) else { return }
    if imageGradients[index].isEmpty {
      imageGradients[index] = gradient
    } else {
      imageGradients[index].add(gradient)
    }
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

/// Where images begin whose gradients pass: the sweep, which comes to it last, gives back the memory
/// of their gradients.
private struct FirstPassingImage: TapeOperation {
  func pullback(_ tape: Tape) {
    if let mark = tape.imageMark { tape.arena.rewind(to: mark) }
    tape.firstImage = tape.outerFirstImage
  }
}

/// Where they end: the sweep comes to it first and remembers how much memory was in use.
private struct LastPassingImage: TapeOperation {
  /// The first whose gradient passes.
  let firstImage: Int

  func pullback(_ tape: Tape) {
    tape.imageMark = tape.arena.mark
    (tape.outerFirstImage, tape.firstImage) = (tape.firstImage, firstImage)
  }
}
