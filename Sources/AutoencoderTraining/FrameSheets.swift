import Autoencoders
import FrameSources
import Kernels
import Pictures
import Randomness

/// Pictures of what a model makes of frames.
package struct FrameSheets: Sendable {
  private let generator: FrameGenerator
  private let pool: WorkerPool
  private var model: Autoencoder { generator.model }

  package init(_ model: Autoencoder, pool: WorkerPool) {
    (generator, self.pool) = (FrameGenerator(model), pool)
  }

  /// Pixels that a frame's side is enlarged to, at least.
  private static let side = 64

  /// A frame as a picture: of stacked ones the newest, of other numbers of channels the first.
  package func picture(_ shares: ArraySlice<Float>) -> Picture {
    let size = model.frame
    let shown = size.channels % 3 == 0 ? 3 : 1
    let offset = size.channels % 3 == 0 ? size.channels - 3 : 0
    let pixels = (0..<size.pixels).flatMap { pixel in
      (0..<shown).map { channel -> UInt8 in
        let share = shares[shares.startIndex + pixel * size.channels + offset + channel]
        return share.byte
      }
    }
    let picture = Picture(
      height: size.height, width: size.width, channels: shown, pixels: pixels)
    return picture.enlarged(by: max(1, Self.side / max(size.height, size.width)))
  }

  /// All frames of `[n, …]`.
  package func pictures(_ shares: [Float]) -> [Picture] {
    stride(from: 0, to: shares.count, by: model.frame.count).map {
      picture(shares[$0..<$0 + model.frame.count])
    }
  }

  /// Pictures in rows of so many.
  package static func sheet(_ pictures: [Picture], columns: Int) -> Picture {
    let rows = stride(from: 0, to: pictures.count, by: columns).map { start -> Picture in
      var row = Array(pictures[start..<min(start + columns, pictures.count)])
      while row.count < min(columns, pictures.count) {
        row.append(
          Picture(height: pictures[0].height, width: pictures[0].width, color: .black))
      }
      return Picture.row(row.map(\.colored), gap: 2)
    }
    return Picture.column(rows, gap: 2)
  }

  /// Frames, what becomes of them, and the difference, a column for each.
  ///
  /// - Throws: `FileError`.
  package func reconstructions(_ frames: LookedAt, _ positions: Range<Int>) throws -> Picture {
    let bytes = try frames.bytes(positions)
    let labels = frames.labels.isEmpty ? [] : Array(frames.labels[positions])
    let data = bytes.map { Float($0) / 255 }
    let means = generator.decode(generator.centers(bytes, labels: labels), labels: labels)
    // No difference is grey.
    let residuals = zip(data, means).map { 0.5 + 0.5 * ($0 - $1) }
    return Self.sheet(
      [data, means, residuals].flatMap { pictures($0) }, columns: positions.count)
  }

  /// What a look at a run shows: reconstructions of the first frames, and draws from the prior.
  ///
  /// - Throws: `FileError`.
  package func look(
    _ frames: LookedAt, key: Key
  ) throws -> [(name: String, picture: Picture)] {
    let shown = min(frames.count, 8)
    let classes = max(model.conditionWidth, 1)
    let labels = model.conditionWidth == 0 ? [] : (0..<32).map { $0 % classes }
    let latents = generator.priorLatents(32, labels: labels, temperature: 1, key: key)
    return [
      ("reconstructions", try reconstructions(frames, 0..<shown)),
      (
        "samples",
        Self.sheet(pictures(generator.decode(latents, labels: labels)), columns: 8)
      ),
    ]
  }

  /// Numbers of a frame's latents.
  package var latentCount: Int { model.latentCount }

  /// A frame with each of its latents moved in turn: a row for each.
  ///
  /// - Parameters:
  ///   - latents: `[latentCount]`.
  ///   - dimensions: which are moved.
  ///   - values: where to, of normal ones in units of the prior.
  package func traversals(
    _ latents: [Float], labels: [Int], dimensions: [Int], values: [Float]
  ) -> Picture {
    Self.sheet(
      traversed(latents, labels: labels, dimensions: dimensions, values: values).flatMap { $0 },
      columns: values.count)
  }

  /// The pictures of ``traversals(_:labels:dimensions:values:)``, by rows.
  package func traversed(
    _ latents: [Float], labels: [Int], dimensions: [Int], values: [Float]
  ) -> [[Picture]] {
    let moved = dimensions.flatMap { dimension in
      values.flatMap { value -> [Float] in
        var row = latents
        row[dimension] = value
        return row
      }
    }
    let all = labels.flatMap {
      [Int](repeating: $0, count: dimensions.count * values.count)
    }
    let pictures = pictures(generator.decode(moved, labels: all))
    return dimensions.indices.map {
      Array(pictures[$0 * values.count..<($0 + 1) * values.count])
    }
  }
}

extension Float {
  /// A share of 255 as a byte; that of no number is 0, for a model that has gone wrong is looked at too.
  var byte: UInt8 { isNaN ? 0 : UInt8(min(max(self, 0), 1) * 255 + 0.5) }
}
