import Randomness

/// How grey pixels become black or white ones, for models whose pixels are Bernoulli variables.
///
/// Frames stay frames: a pixel becomes 0 or 255. Either way a pixel depends on its frame's number, its
/// place and the rule alone, not on batches or threads.
package enum Binarization: Sendable, Equatable {
  /// White with a probability of a 255th of the intensity, within 2⁻³³, drawn anew in each epoch: the
  /// target of training.
  case dynamic(Key, epoch: Int)
  /// White where the intensity is above a fixed draw: pixel `i` of the part, counted through all frames
  /// from 0, where intensity / 255 > (splitmix64(i) >> 11) · 2⁻⁵³, and splitmix64(i) is that generator's
  /// i-th output from state 0 (Steele et al. 2014, "Fast splittable pseudorandom number generators").
  /// The same held-out pixels for every model, in any language.
  case fixed

  /// - Parameters:
  ///   - frames: `[numbers.count, …]`.
  ///   - numbers: of each frame, its position in the part.
  package func apply(to frames: inout [UInt8], of numbers: [Int]) {
    guard !numbers.isEmpty else { return }
    precondition(
      frames.count % numbers.count == 0, "\(frames.count) bytes of \(numbers.count) frames")
    switch self {
    case .dynamic(let key, let epoch):
      Self.draw(&frames, of: numbers, key: key.fold("binarization").fold(epoch).value)
    case .fixed: Self.compare(&frames, of: numbers)
    }
  }

  /// One block of random bits for four pixels, 32 a pixel, laid out as `Region.fillUniform` has it.
  private static func draw(_ frames: inout [UInt8], of numbers: [Int], key: UInt64) {
    // Of 2³²; the last is all of it, which no word reaches.
    let thresholds = (0...255).map { (UInt64($0) << 32 + 127) / 255 }
    let pixels = frames.count / numbers.count
    let blocks = (pixels + 3) / 4
    for (row, number) in numbers.enumerated() {
      let (start, end) = (row &* pixels, (row &+ 1) &* pixels)
      var counter = UInt64(truncatingIfNeeded: number &* blocks)
      for place in stride(from: start, to: end, by: 4) {
        defer { counter &+= 1 }
        let last = min(place &+ 4, end)
        // Much of most pictures is black or white anyway.
        guard needsDraw(frames, place, last) else { continue }
        let x = Philox.bits(key: key, counter: counter, stream: 4)
        frames[place] = white(x.x0, thresholds[Int(frames[place])])
        if place &+ 1 < last {
          frames[place &+ 1] = white(x.x1, thresholds[Int(frames[place &+ 1])])
        }
        if place &+ 2 < last {
          frames[place &+ 2] = white(x.x2, thresholds[Int(frames[place &+ 2])])
        }
        if place &+ 3 < last {
          frames[place &+ 3] = white(x.x3, thresholds[Int(frames[place &+ 3])])
        }
      }
    }
  }

  private static func needsDraw(_ frames: [UInt8], _ start: Int, _ end: Int) -> Bool {
    var isGrey = false
    // 0 and 255 are those that become 0 or 1 when one is added.
    for place in start..<end { isGrey = isGrey || frames[place] &+ 1 > 1 }
    return isGrey
  }

  private static func white(_ bits: UInt32, _ threshold: UInt64) -> UInt8 {
    UInt64(bits) < threshold ? 255 : 0
  }

  private static func compare(_ frames: inout [UInt8], of numbers: [Int]) {
    let shares = (0...255).map { Double($0) / 255 }
    let pixels = frames.count / numbers.count
    for (row, number) in numbers.enumerated() {
      for pixel in 0..<pixels {
        let place = row &* pixels &+ pixel
        let draw = splitmix64(UInt64(truncatingIfNeeded: number &* pixels &+ pixel)) >> 11
        frames[place] = shares[Int(frames[place])] > Double(draw) * 0x1p-53 ? 255 : 0
      }
    }
  }

  /// The `index`-th output of the generator from state 0.
  static func splitmix64(_ index: UInt64) -> UInt64 {
    var z = (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
