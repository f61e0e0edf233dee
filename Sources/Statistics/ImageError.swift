import Foundation

/// How far images of bytes are from others.
package struct ImageError: Sendable, Equatable {
  /// The mean over all bytes of the squared difference, in steps of 255 squared.
  package let meanSquaredError: Double
  /// Bytes that were compared.
  package let count: Int

  /// - Parameters:
  ///   - images, others: of one shape.
  /// - Throws: ``StatisticsError`` where there are none.
  package init(_ images: [UInt8], _ others: [UInt8]) throws {
    precondition(images.count == others.count, "\(images.count) and \(others.count) bytes")
    guard !images.isEmpty else {
      throw StatisticsError("there are no images to compare", remedy: "give at least one")
    }
    var sum = 0
    for index in images.indices {
      let difference = Int(images[index]) - Int(others[index])
      sum += difference * difference
    }
    (meanSquaredError, count) = (Double(sum) / Double(images.count), images.count)
  }

  /// `10 log₁₀(255² / error)` in decibels; infinite of equal images.
  package var peakSignalToNoiseRatio: Double {
    meanSquaredError == 0 ? .infinity : 10 * log10(255 * 255 / meanSquaredError)
  }

  /// "PSNR 28.1 dB (mean squared error 100.0 of 65025)".
  package var sentence: String {
    guard meanSquaredError > 0 else { return "PSNR infinite: the images are equal" }
    return "PSNR \(peakSignalToNoiseRatio.formatted(digits: 1)) dB (mean squared error "
      + "\(meanSquaredError.formatted(digits: 1)) of 65025)"
  }
}
