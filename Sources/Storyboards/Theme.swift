import Foundation
import Pictures

/// The colours and distances of storyboards.
package enum Theme {
  package static let background = Picture.Color(15, 17, 21)
  package static let panel = Picture.Color(24, 26, 31)
  package static let text = Picture.Color(214, 219, 228)
  package static let faintText = Picture.Color(139, 147, 161)
  /// The border of a step that the model observed.
  package static let observed = Picture.Color(52, 199, 89)
  /// The border of a step that it imagined.
  package static let imagined = Picture.Color(255, 69, 58)
  package static let truth = Picture.Color(235, 238, 245)
  package static let prior = Picture.Color(90, 160, 255)

  /// Pixels of a border.
  package static let border = 2
  static let gap = 10
  static let margin = 12
  /// Pixels that the words at the left need.
  static let labelWidth = Picture.width(of: "reconstruction") + 8
  static let chartHeight = 52
  static let barHeight = 30

  /// Samples whose lines have colours of their own.
  package static var sampleLimit: Int { shades.count }

  /// The lines of samples: reds that can be told apart.
  static func sample(_ index: Int) -> Picture.Color { shades[index % shades.count] }

  private static let shades: [Picture.Color] = [
    imagined, .init(255, 149, 0), .init(255, 105, 180), .init(255, 204, 0),
    .init(191, 90, 242), .init(172, 122, 88),
  ]

  /// The colour of a class, even steps around the wheel of hues.
  static func category(_ index: Int, of count: Int) -> Picture.Color {
    let hue = 6 * Double(index) / Double(max(count, 1))
    func channel(_ offset: Double) -> UInt8 {
      let phase = (hue + offset).truncatingRemainder(dividingBy: 6)
      let share = min(max(abs(phase - 3) - 1, 0), 1)
      return UInt8(64 + 150 * share)
    }
    return .init(channel(0), channel(4), channel(2))
  }
}
