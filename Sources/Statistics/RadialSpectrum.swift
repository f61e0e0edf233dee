import Foundation
import Kernels

/// How the power of images spreads over spatial frequencies, whatever their direction.
///
/// Frequencies are in cycles over the shorter side: of a wave with `u` cycles over the width W and `v`
/// over the height H, `round(min(W, H) · √((u/W)² + (v/H)²))`; up to half the shorter side they are
/// those of all directions, beyond it of slanting ones alone. Van der Schaaf and van Hateren 1996,
/// "Modelling the power spectra of natural images".
package struct RadialSpectrum: Sendable, Equatable {
  /// Per frequency from 0 on, the mean over images and channels of `Σ |F|² / (H W)²` over the ring: all
  /// together the mean square of a pixel, frequency 0 the square of the mean.
  package let power: [Double]
  /// How many images it is of.
  package let images: Int

  /// - Parameter pixels: `[N, H, W, C]`, in any unit.
  /// - Throws: ``StatisticsError`` where there are none, or a number that is not finite; `BLASError`.
  package init(_ pixels: [Float], height: Int, width: Int, channels: Int) throws {
    let size = height * width * channels
    precondition(
      size > 0 && pixels.count % size == 0,
      "\(pixels.count) numbers for images of \(height)×\(width)×\(channels)")
    guard !pixels.isEmpty else {
      throw StatisticsError("there are no images", remedy: "give at least one")
    }
    if let place = pixels.firstIndex(where: { !$0.isFinite }) {
      throw StatisticsError(
        "image \(place / size) holds \(pixels[place])", remedy: "find out what made it")
    }
    try GEMM.load()
    images = pixels.count / size
    let transform = PlaneTransform(height: height, width: width)
    var sums = [Double](repeating: 0, count: transform.ringCount)
    for first in stride(from: 0, to: pixels.count, by: size) {
      for channel in 0..<channels {
        let plane = stride(from: first + channel, to: first + size, by: channels).map { pixels[$0] }
        transform.addPower(of: plane, to: &sums)
      }
    }
    let share = 1 / Double(images * channels) / pow(Double(height * width), 2)
    power = sums.map { $0 * share }
  }
}

/// The discrete Fourier transform of a plane, by rows and then by columns, as products with tables.
private struct PlaneTransform {
  private let height: Int
  private let width: Int
  /// `[W, 2 · half]`: cosines, then sines, of the frequencies that a real row needs.
  private let rowTable: [Float]
  /// `[2 H, H]`: cosines, then sines.
  private let columnTable: Storage
  /// `[H, half]`, the ring of each frequency.
  private let rings: [Int]

  /// Frequencies of a row that are not another's mirror image.
  private var half: Int { width / 2 + 1 }
  var ringCount: Int { (rings.max() ?? 0) + 1 }

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    let half = width / 2 + 1
    rowTable = (0..<width).flatMap { x in
      (0..<half).map { Self.wave(cos, $0 * x, width) }
        + (0..<half).map { Self.wave(sin, $0 * x, width) }
    }
    columnTable = Storage(
      [cos, sin].flatMap { function in
        (0..<height).flatMap { v in (0..<height).map { Self.wave(function, v * $0, height) } }
      })
    rings = (0..<height).flatMap { v in
      (0..<half).map { u in
        let y = Double(min(v, height - v)) / Double(height)
        let x = Double(u) / Double(width)
        return Int((Double(min(height, width)) * (x * x + y * y).squareRoot()).rounded())
      }
    }
  }

  private static func wave(_ function: (Double) -> Double, _ turns: Int, _ length: Int) -> Float {
    Float(function(2 * .pi * Double(turns % length) / Double(length)))
  }

  /// Adds `Σ |F|²` of each ring.
  func addPower(of plane: [Float], to sums: inout [Double]) {
    let storage = Storage(plane)
    // [H, 2 · half]: what each row has of cosines and of sines.
    let rows = withExtendedLifetime(storage) {
      Matrix(storage.region, rows: height, columns: width)
        .multiplied(by: rowTable, columns: 2 * half)
    }
    // [2 H, 2 · half].
    let parts = withExtendedLifetime(columnTable) {
      Matrix(columnTable.region, rows: 2 * height, columns: height)
        .multiplied(by: rows, columns: 2 * half)
    }
    let below = height &* 2 &* half
    for v in 0..<height {
      for u in 0..<half {
        let place = v &* 2 &* half &+ u
        let real = Double(parts[place]) - Double(parts[below &+ place &+ half])
        let imaginary = Double(parts[place &+ half]) + Double(parts[below &+ place])
        let isMirrored = u > 0 && 2 * u != width
        sums[rings[v &* half &+ u]] +=
          (isMirrored ? 2 : 1) * (real * real + imaginary * imaginary)
      }
    }
  }
}

/// What is left of the data's detail in reconstructions.
package struct Blur: Sendable, Equatable {
  package let data: RadialSpectrum
  package let reconstructions: RadialSpectrum

  /// - Parameters:
  ///   - data, reconstructions: of images of one shape.
  package init(data: RadialSpectrum, reconstructions: RadialSpectrum) {
    precondition(
      data.power.count == reconstructions.power.count, "spectra of images of two shapes")
    (self.data, self.reconstructions) = (data, reconstructions)
  }

  /// Per frequency, the reconstructions' power as a share of the data's; nil where the data has none
  /// (less than what single precision leaves of the whole).
  package var ratios: [Double?] {
    let floor = Self.floor * data.power.reduce(0, +)
    return zip(data.power, reconstructions.power).map { $0 > floor ? $1 / $0 : nil }
  }

  private static let floor = 1e-12

  /// The lowest frequency above which, all higher ones together, less than half of the data's power is
  /// left; nil where half is left everywhere.
  package var halfPowerFrequency: Int? {
    let floor = Self.floor * data.power.reduce(0, +)
    var (lowest, left, whole) = (Int?.none, 0.0, 0.0)
    for frequency in data.power.indices.reversed() {
      if whole > floor && left < 0.5 * whole { lowest = frequency }
      left += reconstructions.power[frequency]
      whole += data.power[frequency]
    }
    return lowest
  }

  /// "blur: above 7 of 22 cycles a picture less than half of the data's power is left".
  package var sentence: String {
    let highest = data.power.count - 1
    guard let frequency = halfPowerFrequency else {
      return "blur: none; at least half of the data's power is left at all frequencies"
    }
    guard frequency > 0 else {
      return "blur: less than half of the data's contrast is left"
    }
    return "blur: above \(frequency) of \(highest) cycles a picture less than half of the data's "
      + "power is left"
  }
}
