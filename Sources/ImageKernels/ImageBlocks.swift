import Kernels

/// Between frames, or rows of matrices, and blocks `[channels, height, width, 16]` with an image in
/// each lane.
package enum ImageBlocks {
  /// Which channels of a block a frame's channels are, and the images' size.
  package struct Channels: Sendable, Equatable {
    package var height: Int
    package var width: Int
    /// Channels of a frame.
    package var count: Int
    /// The block's channel that is the frame's first.
    package var offset: Int
    /// Channels of the block.
    package var total: Int

    package init(height: Int, width: Int, count: Int, offset: Int = 0, of total: Int? = nil) {
      self.height = height
      self.width = width
      self.count = count
      self.offset = offset
      self.total = total ?? count
    }

    /// Bytes of a frame.
    package var frameSize: Int { height * width * count }

    fileprivate var pixels: Int { height * width }

    /// These channels of a block.
    fileprivate func slice(_ block: Region) -> Region {
      precondition(
        block.count == pixels * total * 16 && offset >= 0 && offset + count <= total,
        "channels \(offset)..<\(offset + count) of a block of \(block.count) floats, "
          + "\(total) channels of \(height)×\(width)")
      return block.slice(offset * pixels * 16, count: count * pixels * 16)
    }
  }

  /// `block = frame / 255 - 0.5` in its channels, zero in lanes without a frame.
  ///
  /// - Parameters:
  ///   - frames: frames `[height, width, channels]`.
  ///   - block: `[total channels, height, width, 16]`.
  package static func pack(
    _ frames: Bytes, at offsets: FrameOffsets, channels: Channels, into block: Region
  ) {
    offsets.check(frames, frameSize: channels.frameSize)
    let part = channels.slice(block)
    offsets.withOffsets {
      kernels.pack_images(
        frames.base, $0, offsets.count, channels.pixels, channels.count, part.base)
    }
  }

  /// `rows[lane, order[e]] = block[e, lane]` (or `+=`) for the first lanes, as many as there are
  /// rows.
  ///
  /// - Parameters:
  ///   - block: `[elements, 16]`.
  ///   - order: the column of each element.
  ///   - rows: `[lanes, columns]`, at most sixteen rows.
  package static func gather(
    _ block: Region, order: [Int32], into rows: Matrix, accumulating: Bool = false
  ) {
    check(block, order, rows)
    kernels.gather_rows(
      block.base, rows.rows, order.count, order, accumulating ? 1 : 0, rows.region.base,
      rows.stride)
  }

  /// `block[e, lane] = rows[lane, order[e]]` (or `+=`), with zero in lanes without a row.
  package static func scatter(
    _ rows: Matrix, order: [Int32], into block: Region, accumulating: Bool = false
  ) {
    check(block, order, rows)
    kernels.scatter_rows(
      rows.region.base, rows.stride, rows.rows, order.count, order, accumulating ? 1 : 0,
      block.base)
  }

  private static func check(_ block: Region, _ order: [Int32], _ rows: Matrix) {
    precondition(
      rows.rows <= 16 && block.count == order.count * 16
        && order.allSatisfy { $0 >= 0 && $0 < rows.columns },
      "\(order.count) elements of a block of \(block.count) floats and "
        + "\(rows.rows)×\(rows.columns) rows")
  }

  /// The columns of a block's elements `[channels, height, width]` in rows that hold images
  /// `[height, width, channels]`, the reference's order.
  package static func channelsLastOrder(channels: Int, height: Int, width: Int) -> [Int32] {
    (0..<channels).flatMap { channel in
      (0..<height * width).map { Int32($0 * channels + channel) }
    }
  }
}

/// The squared error between sigmoids and images, sixteen images at a time.
package enum ImageLoss {
  /// `means = sigmoid(logits)` and `losses[lane] = Σ (mean - target / 255)²` over the pixels and
  /// the channels of one image key.
  ///
  /// - Parameters:
  ///   - logits, means: `[total channels, height, width, 16]`; only `channels` are touched.
  ///   - losses: `[16]`, overwritten; zero in lanes without a frame.
  package static func forward(
    _ logits: Region, targets: Bytes, at offsets: FrameOffsets, channels: ImageBlocks.Channels,
    means: Region, losses: Region
  ) {
    offsets.check(targets, frameSize: channels.frameSize)
    precondition(losses.count == 16, "\(losses.count) losses of sixteen images")
    let (logits, means) = (channels.slice(logits), channels.slice(means))
    offsets.withOffsets {
      kernels.sigmoid_squared_error(
        logits.base, targets.base, $0, offsets.count, channels.pixels, channels.count, means.base,
        losses.base)
    }
  }

  /// `logitGradient = lossGradients[lane] · 2 (mean - target / 255) · mean · (1 - mean)` in these
  /// channels.
  ///
  /// - Parameter lossGradients: `[16]`; not used in lanes without a frame.
  package static func backward(
    _ lossGradients: Region, means: Region, targets: Bytes, at offsets: FrameOffsets,
    channels: ImageBlocks.Channels, logitGradient: Region
  ) {
    offsets.check(targets, frameSize: channels.frameSize)
    precondition(
      lossGradients.count == 16, "\(lossGradients.count) gradients of sixteen losses")
    let (means, gradient) = (channels.slice(means), channels.slice(logitGradient))
    offsets.withOffsets {
      kernels.sigmoid_squared_error_gradient(
        means.base, targets.base, $0, offsets.count, channels.pixels, channels.count,
        lossGradients.base, gradient.base)
    }
  }
}
