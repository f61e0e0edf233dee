import Kernels

/// One direction (rows or columns) of a convolution: which source pixel each kernel position of
/// each output pixel reads.
///
/// Output pixels fall into D phases p, `o = D·q + p`. Kernel position d of output o reads the input
/// pixel `S·q + offset(p, d)`, or nothing where the reference inserts a zero. The same links read
/// backwards are the gradient: input pixel `S·m + r` gets from output `D·m + offset'`.
struct ConvolutionAxis: Sendable, Equatable {
  /// A tap: the source pixel `step · q + offset`, weighed with the sum of the kernel positions.
  struct Tap: Sendable, Equatable {
    let offset: Int
    var positions: [Int]
  }

  /// The destination pixels `q · step + index`, with `count` values of q.
  struct Phase: Sendable, Equatable {
    let index: Int
    let count: Int
    let taps: [Tap]

    /// Phases that read the same source pixels can be computed together.
    func readsLike(_ other: Phase) -> Bool {
      count == other.count && taps.map(\.offset) == other.taps.map(\.offset)
    }
  }

  /// One direction of computation: source pixels `sourceStep` apart to destination pixels
  /// `destinationStep` apart.
  struct Map: Sendable, Equatable {
    let sourceCount: Int
    let destinationCount: Int
    let sourceStep: Int
    let destinationStep: Int
    let phases: [Phase]
  }

  private struct Link {
    let phase: Int
    let position: Int
    let offset: Int
  }

  let outputCount: Int
  let forward: Map
  let backward: Map

  init(kind: Convolution.Kind, kernel: Int, stride: Int, inputCount: Int) {
    let (inputStep, outputStep): (Int, Int) =
      switch kind {
      case .plain: (stride, 1)
      case .upsampled: (1, 2)
      case .transposed: (1, stride)
      }
    outputCount = (inputCount * outputStep + inputStep - 1) / inputStep
    let upsampledCount = inputCount * outputStep
    let padding = max((outputCount - 1) * inputStep + kernel - upsampledCount, 0)
    let links = Self.links(
      kind: kind, kernel: kernel, inputStep: inputStep, outputStep: outputStep,
      before: padding / 2)
    forward = Self.map(
      links, from: (inputCount, inputStep), to: (outputCount, outputStep))
    // Source pixel S·m + r is read through every link whose offset has the remainder r.
    let reversed = links.map { link in
      let remainder = link.offset.modulo(inputStep)
      return Link(
        phase: remainder, position: link.position,
        offset: outputStep * ((remainder - link.offset) / inputStep) + link.phase)
    }
    backward = Self.map(
      reversed, from: (outputCount, outputStep), to: (inputCount, inputStep))
  }

  /// What output phase and kernel position read, in pixels of the input.
  private static func links(
    kind: Convolution.Kind, kernel: Int, inputStep: Int, outputStep: Int, before: Int
  ) -> [Link] {
    (0..<outputStep).flatMap { phase in
      (0..<kernel).compactMap { position in
        let place = phase + position - before  // in the upsampled image
        switch kind {
        case .plain, .upsampled:
          let offset = (place - place.modulo(outputStep)) / outputStep
          return Link(phase: phase, position: position, offset: offset)
        case .transposed:
          // Of each cell of stride pixels, the second is the pixel and the others are zero.
          let fromPixel = place - 1 % outputStep
          guard fromPixel.modulo(outputStep) == 0 else { return nil }
          return Link(phase: phase, position: position, offset: fromPixel / outputStep)
        }
      }
    }
  }

  private static func map(
    _ links: [Link], from source: (count: Int, step: Int), to destination: (count: Int, step: Int)
  ) -> Map {
    let phases = (0..<destination.step).map { index in
      let links = links.filter { $0.phase == index }
      let offsets = Set(links.map(\.offset)).sorted()
      return Phase(
        index: index, count: (destination.count - index + destination.step - 1) / destination.step,
        taps: offsets.map { offset in
          Tap(offset: offset, positions: links.filter { $0.offset == offset }.map(\.position))
        })
    }
    return Map(
      sourceCount: source.count, destinationCount: destination.count, sourceStep: source.step,
      destinationStep: destination.step, phases: phases)
  }
}

extension Int {
  /// The remainder in `0..<divisor`.
  fileprivate func modulo(_ divisor: Int) -> Int {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
