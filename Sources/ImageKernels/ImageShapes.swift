import Kernels

// Changes of shape, reductions and distances of blocks of images `[channels, height, width, 16]`.

/// Operations that move the pixels of sixteen images at a time.
package enum ImageShapes {
  /// Nearest-neighbour doubling: each pixel becomes a cell of 2×2 pixels.
  ///
  /// - Parameters:
  ///   - x: `[planes, height, width, 16]`.
  ///   - y: `[planes, 2 · height, 2 · width, 16]`.
  package static func double(_ x: Region, planes: Int, height: Int, width: Int, into y: Region) {
    check(x, y, cells: 4, planes * height * width)
    forEachCell(planes: planes, side: 2, height: height, width: width) { pixel, cell in
      y.base.advanced(by: cell * 16).update(from: x.base + pixel * 16, count: 16)
    }
  }

  /// The sum of each cell of 2×2 pixels: the pullback of doubling.
  ///
  /// - Parameters:
  ///   - y: `[planes, 2 · height, 2 · width, 16]`.
  ///   - x: `[planes, height, width, 16]`, overwritten.
  package static func sumCells(
    of y: Region, planes: Int, height: Int, width: Int, into x: Region
  ) {
    check(x, y, cells: 4, planes * height * width)
    x.fill(0)
    forEachCell(planes: planes, side: 2, height: height, width: width) { pixel, cell in
      for lane in 0..<16 { x.base[pixel * 16 + lane] += y.base[cell * 16 + lane] }
    }
  }

  /// Channels as cells of pixels; see `Tape.shuffle`.
  ///
  /// - Parameters:
  ///   - x: `[channels · side · side, height, width, 16]`.
  ///   - y: `[channels, side · height, side · width, 16]`.
  package static func shuffle(
    _ x: Region, channels: Int, side: Int, height: Int, width: Int, into y: Region
  ) {
    check(x, y, cells: 1, channels * side * side * height * width)
    forEachShuffled(channels: channels, side: side, height: height, width: width) { from, to in
      y.base.advanced(by: to * 16).update(from: x.base + from * 16, count: 16)
    }
  }

  /// The way back from ``shuffle(_:channels:side:height:width:into:)``.
  package static func unshuffle(
    _ y: Region, channels: Int, side: Int, height: Int, width: Int, into x: Region
  ) {
    check(x, y, cells: 1, channels * side * side * height * width)
    forEachShuffled(channels: channels, side: side, height: height, width: width) { from, to in
      x.base.advanced(by: from * 16).update(from: y.base + to * 16, count: 16)
    }
  }

  /// `means[lane, channel] += mean over the pixels`.
  ///
  /// - Parameters:
  ///   - x: `[channels, pixels, 16]`.
  ///   - means: `[lanes, channels]`, at most sixteen rows.
  package static func addPixelMeans(of x: Region, channels: Int, to means: Matrix) {
    let pixels = pixelCount(x, channels, means)
    for channel in 0..<channels {
      for lane in 0..<means.rows {
        var sum: Float = 0
        for pixel in 0..<pixels { sum += x.base[(channel * pixels + pixel) * 16 + lane] }
        means.region.base[lane * means.stride + channel] += sum / Float(pixels)
      }
    }
  }

  /// Every pixel of a channel its share of the mean's gradient; zero in lanes without a row.
  ///
  /// - Parameter x: `[channels, pixels, 16]`, overwritten.
  package static func spreadMeans(_ means: Matrix, channels: Int, into x: Region) {
    let pixels = pixelCount(x, channels, means)
    x.fill(0)
    for channel in 0..<channels {
      for lane in 0..<means.rows {
        let share = means.region.base[lane * means.stride + channel] / Float(pixels)
        for pixel in 0..<pixels { x.base[(channel * pixels + pixel) * 16 + lane] = share }
      }
    }
  }

  private static func pixelCount(_ x: Region, _ channels: Int, _ means: Matrix) -> Int {
    precondition(
      channels > 0 && x.count % (channels * 16) == 0 && means.columns == channels
        && means.rows <= 16, "means of \(channels) channels of \(x.count) floats")
    return x.count / (channels * 16)
  }

  /// Calls `body` with each pixel's number and, once for each pixel of its cell, that one's number.
  private static func forEachCell(
    planes: Int, side: Int, height: Int, width: Int, _ body: (Int, Int) -> Void
  ) {
    for plane in 0..<planes {
      for row in 0..<side * height {
        for column in 0..<side * width {
          body(
            (plane * height + row / side) * width + column / side,
            (plane * side * height + row) * side * width + column)
        }
      }
    }
  }

  /// Calls `body` with the numbers of each pixel before and after the shuffle.
  private static func forEachShuffled(
    channels: Int, side: Int, height: Int, width: Int, _ body: (Int, Int) -> Void
  ) {
    for channel in 0..<channels {
      for row in 0..<side * height {
        for column in 0..<side * width {
          let source = (channel * side + row % side) * side + column % side
          body(
            (source * height + row / side) * width + column / side,
            (channel * side * height + row) * side * width + column)
        }
      }
    }
  }

  private static func check(_ x: Region, _ y: Region, cells: Int, _ pixels: Int) {
    precondition(
      x.count == pixels * 16 && y.count == cells * x.count,
      "\(pixels) pixels of \(x.count) floats into \(y.count)")
  }
}

/// How far images are from others, element by element, summed over an image.
package enum ImageDistance: Sendable {
  /// `Σ (x - target)²`, not halved.
  case squared
  /// `Σ |x - target|`.
  case absolute

  /// - Parameters:
  ///   - x, target: `[elements, 16]`.
  ///   - losses: `[lanes]`, at most sixteen, overwritten.
  package func forward(_ x: Region, target: Region, into losses: Region) {
    check(x, target, losses)
    losses.fill(0)
    for element in 0..<x.count / 16 {
      for lane in 0..<losses.count {
        let difference = x.base[element * 16 + lane] - target.base[element * 16 + lane]
        losses.base[lane] += self == .squared ? difference * difference : abs(difference)
      }
    }
  }

  /// The gradient at `x`, overwritten; zero in lanes without a loss and, of the absolute distance,
  /// where there is none.
  package func pullback(_ x: Region, target: Region, from g: Region, dx: Region) {
    check(x, target, g)
    precondition(dx.count == x.count, "\(dx.count) gradients of \(x.count) elements")
    dx.fill(0)
    for element in 0..<x.count / 16 {
      for lane in 0..<g.count {
        let index = element * 16 + lane
        let difference = x.base[index] - target.base[index]
        let slope: Float =
          self == .squared ? 2 * difference : difference > 0 ? 1 : difference < 0 ? -1 : 0
        dx.base[index] = g.base[lane] * slope
      }
    }
  }

  private func check(_ x: Region, _ target: Region, _ lanes: Region) {
    precondition(
      x.count % 16 == 0 && target.count == x.count && lanes.count <= 16,
      "\(x.count) elements, \(target.count) of the target, \(lanes.count) losses")
  }
}
