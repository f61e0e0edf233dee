/// At most 256 colours that stand for all colours of some pictures.
///
/// Few colours are kept as they are. Many are cut into boxes at their means, the box whose colours are
/// spread most first (the median cut of Heckbert 1982, "Color image quantization for frame buffer
/// display", with the variance in the place of the population, after Wan et al. 1990).
package struct Palette: Sendable {
  /// In a fixed order that depends on the pictures alone.
  package private(set) var colors: [Picture.Color] = []
  /// The number of the colour for each possible colour, or for the upper six bits of each channel.
  private var numbers: [UInt8]
  private let isExact: Bool

  /// - Parameters:
  ///   - pictures: with three channels; looked at twice.
  ///   - limit: the most colours; up to 256.
  package init(of pictures: some Sequence<Picture>, limit: Int) {
    precondition(1...256 ~= limit, "a palette of \(limit) colours")
    if let all = Self.distinctColors(pictures, limit: limit) {
      isExact = true
      numbers = [UInt8](repeating: 0, count: 1 << 24)
      for (number, color) in all.enumerated() {
        numbers[color] = UInt8(number)
        colors.append(
          .init(UInt8(color >> 16), UInt8(color >> 8 & 255), UInt8(color & 255)))
      }
      return
    }
    isExact = false
    numbers = [UInt8](repeating: 0, count: Histogram.size)
    let histogram = Histogram(pictures)
    for (number, box) in histogram.boxes(limit: limit).enumerated() {
      colors.append(box.mean)
      for bin in box.bins { numbers[bin] = UInt8(number) }
    }
  }

  /// The number of each pixel's colour.
  ///
  /// - Parameter picture: one of those that the palette was made of.
  package func indices(of picture: Picture) -> [UInt8] {
    let pixels = picture.pixels
    var result = [UInt8](repeating: 0, count: picture.height * picture.width)
    for pixel in result.indices {
      let (red, green, blue) = (
        Int(pixels[3 * pixel]), Int(pixels[3 * pixel + 1]), Int(pixels[3 * pixel + 2])
      )
      result[pixel] =
        numbers[
          isExact ? red << 16 | green << 8 | blue : Histogram.bin(red, green, blue)]
    }
    return result
  }

  /// All colours in ascending order; nil where they are more than `limit`.
  private static func distinctColors(_ pictures: some Sequence<Picture>, limit: Int) -> [Int]? {
    var isSeen = [Bool](repeating: false, count: 1 << 24)
    var found: [Int] = []
    for picture in pictures {
      for start in stride(from: 0, to: picture.pixels.count, by: 3) {
        let color =
          Int(picture.pixels[start]) << 16 | Int(picture.pixels[start + 1]) << 8
          | Int(picture.pixels[start + 2])
        guard !isSeen[color] else { continue }
        if found.count == limit { return nil }
        isSeen[color] = true
        found.append(color)
      }
    }
    return found.sorted()
  }
}

/// How often colours occur, those together whose channels agree in their upper six bits.
private struct Histogram {
  static let size = 1 << 18
  private var counts = [Double](repeating: 0, count: size)
  /// `[size, 3]`: of the channels, not rounded.
  private var sums = [Double](repeating: 0, count: size * 3)

  static func bin(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    (red >> 2) << 12 | (green >> 2) << 6 | blue >> 2
  }

  init(_ pictures: some Sequence<Picture>) {
    for picture in pictures {
      let pixels = picture.pixels
      for start in stride(from: 0, to: pixels.count, by: 3) {
        let bin = Self.bin(Int(pixels[start]), Int(pixels[start + 1]), Int(pixels[start + 2]))
        counts[bin] += 1
        for channel in 0..<3 { sums[bin * 3 + channel] += Double(pixels[start + channel]) }
      }
    }
  }

  /// Some bins, which get one colour.
  struct Box {
    /// Ascending.
    var bins: [Int]
    /// The mean of each channel.
    var center: [Double]
    /// The channel whose values are spread most.
    var axis: Int
    /// The sum of the squared distances along it.
    var spread: Double

    var mean: Picture.Color {
      let bytes = center.map { UInt8(min(max($0.rounded(), 0), 255)) }
      return Picture.Color(bytes[0], bytes[1], bytes[2])
    }
  }

  func boxes(limit: Int) -> [Box] {
    var boxes = [makeBox((0..<Self.size).filter { counts[$0] > 0 })]
    while boxes.count < limit {
      let widest = boxes.indices.reduce(0) { boxes[$1].spread > boxes[$0].spread ? $1 : $0 }
      let box = boxes[widest]
      let lower = box.bins.filter { value($0, box.axis) <= box.center[box.axis] }
      let upper = box.bins.filter { value($0, box.axis) > box.center[box.axis] }
      if box.spread <= 0 || lower.isEmpty || upper.isEmpty { break }
      boxes[widest] = makeBox(lower)
      boxes.append(makeBox(upper))
    }
    return boxes
  }

  /// The mean of a bin's channel.
  private func value(_ bin: Int, _ channel: Int) -> Double { sums[bin * 3 + channel] / counts[bin] }

  private func makeBox(_ bins: [Int]) -> Box {
    let count = bins.reduce(0) { $0 + counts[$1] }
    let center = (0..<3).map { channel in
      bins.reduce(0) { $0 + sums[$1 * 3 + channel] } / count
    }
    let spreads = (0..<3).map { channel in
      bins.reduce(0) { sum, bin in
        let distance = value(bin, channel) - center[channel]
        return sum + counts[bin] * distance * distance
      }
    }
    let axis = (0..<3).reduce(0) { spreads[$1] > spreads[$0] ? $1 : $0 }
    return Box(bins: bins, center: center, axis: axis, spread: spreads[axis])
  }
}
