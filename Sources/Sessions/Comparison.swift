import EnvironmentInterface
import Pictures
import Viewer

/// The images of a model and, where there are any, those of the world at the same time.
struct Comparison: Sendable {
  /// What the images are.
  var spaces: [ObservationSpace]
  /// `[height, width, channels]` for each space, as of the world; nil where there are none.
  var dream: [[UInt8]]?
  var world: [[UInt8]]?

  /// The mean squared error of pixels, whose values go from 0 to 1, over all images; nil where one
  /// side is missing.
  var error: Double? {
    guard let dream, let world else { return nil }
    var (sum, count) = (0, 0)
    for (dreamt, real) in zip(dream, world) {
      for (a, b) in zip(dreamt, real) { sum += (Int(a) - Int(b)) * (Int(a) - Int(b)) }
      count += real.count
    }
    return Double(sum) / Double(255 * 255 * max(count, 1))
  }

  enum Part: String {
    case world, dream, difference
  }

  /// The pictures that there are, each kind for all spaces.
  func panels(_ parts: [Part]) -> [Scene.Panel] {
    parts.flatMap { part in
      spaces.indices.compactMap { index in
        guard let bytes = bytes(part, index), let picture = Picture(bytes, of: spaces[index]) else {
          return nil
        }
        let name = spaces.count > 1 ? "\(part.rawValue): \(spaces[index].name)" : part.rawValue
        return Scene.Panel(name, picture)
      }
    }
  }

  private func bytes(_ part: Part, _ index: Int) -> [UInt8]? {
    switch part {
    case .world: return world?[index]
    case .dream: return dream?[index]
    case .difference:
      guard let dream, let world else { return nil }
      return zip(dream[index], world[index]).map { $0 > $1 ? $0 - $1 : $1 - $0 }
    }
  }
}
