import Autodiff
import Kernels
import Randomness

/// Collects the parameters that layers declare, before there is memory for them.
public struct ParameterBuilder {
  struct Declaration {
    let name: String
    let shape: [Int]
    let initializer: Initializer
    let parameter: Parameter
    let isTrained: Bool
  }

  private(set) var declarations: [Declaration] = []
  /// Floats of memory.
  package private(set) var size = 0
  package private(set) var trainedSize = 0
  private var isTraining = true

  public init() {}

  /// From here on, parameters are declared that no gradient reaches (a slow critic).
  public mutating func beginUntrained() { isTraining = false }

  /// Declares a parameter. Kernels of rank over 2 are matrices of all their leading rows.
  public mutating func declare(
    _ name: String, shape: [Int], _ initializer: Initializer
  ) -> Parameter {
    precondition(!declarations.contains { $0.name == name }, "parameter \(name) declared twice")
    let columns = shape.last ?? 1
    let parameter = Parameter(
      offset: size, rows: shape.dropLast().reduce(1, *), columns: columns)
    declarations.append(
      Declaration(
        name: name, shape: shape, initializer: initializer, parameter: parameter,
        isTrained: isTraining))
    // Each starts on a cache line, so that threads which update neighbours share none.
    size += (parameter.count + 15) & ~15
    if isTraining { trainedSize = size }
    return parameter
  }
}

/// All parameters of an agent in one piece of memory, under the reference's names.
public final class ParameterStore: Sendable {
  public struct Entry: Sendable {
    public let name: String
    public let shape: [Int]
    public let parameter: Parameter
    /// Whether gradients reach it.
    public let isTrained: Bool
    /// Whether it stays as it is all the same.
    public let isFrozen: Bool
    let initializer: Initializer
  }

  public let entries: [Entry]
  /// Floats of gradient memory: trained parameters come first.
  public let trainedSize: Int
  private let storage: Storage

  /// - Parameter isFrozen: whether the parameter of a name stays as it is.
  public init(
    _ builder: ParameterBuilder, key: Key, isFrozen: (String) -> Bool = { _ in false }
  ) {
    entries = builder.declarations.map {
      Entry(
        name: $0.name, shape: $0.shape, parameter: $0.parameter, isTrained: $0.isTrained,
        isFrozen: isFrozen($0.name), initializer: $0.initializer)
    }
    trainedSize = builder.trainedSize
    storage = Storage(count: builder.size)
    for entry in entries {
      self[entry].copy(from: entry.initializer.draw(shape: entry.shape, key: key.fold(entry.name)))
    }
  }

  /// The memory of all parameters.
  public var values: Region { storage.region }

  /// The values of one.
  public subscript(entry: Entry) -> Region {
    values.slice(entry.parameter.offset, count: entry.parameter.count)
  }

  /// What gradients reach, frozen or not.
  public var trained: [Entry] { entries.filter(\.isTrained) }

  /// What the optimiser changes.
  public var learning: [Entry] { trained.filter { !$0.isFrozen } }

  /// Numbers that the optimiser changes.
  public var learningCount: Int { learning.reduce(0) { $0 + $1.parameter.count } }

  public func entry(named name: String) -> Entry? { entries.first { $0.name == name } }
}
