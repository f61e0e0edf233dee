import Autodiff
import Kernels
import Randomness

/// Collects the parameters that layers declare, before there is memory for them.
package struct ParameterBuilder {
  struct Declaration {
    let name: String
    let shape: [Int]
    let initializer: Initializer
    let parameter: Parameter
    let group: String
  }

  private(set) var declarations: [Declaration] = []
  package private(set) var trainedSize = 0
  private var untrainedSize = 0
  private var isTraining = true
  private var group = ParameterStore.mainGroup

  package init() {}

  /// Floats of memory.
  package var size: Int { trainedSize + untrainedSize }

  /// Declares parameters that no gradient is kept for: a slow copy, a network that only measures.
  package mutating func untrained<Result>(
    _ body: (inout ParameterBuilder) throws -> Result
  ) rethrows -> Result {
    let wasTraining = isTraining
    isTraining = false
    defer { isTraining = wasTraining }
    return try body(&self)
  }

  /// Declares parameters of a group with an optimiser of its own: a discriminator.
  package mutating func group<Result>(
    _ name: String, _ body: (inout ParameterBuilder) throws -> Result
  ) rethrows -> Result {
    let outer = group
    group = name
    defer { group = outer }
    return try body(&self)
  }

  /// Declares a parameter. Kernels of rank over 2 are matrices of all their leading rows.
  package mutating func declare(
    _ name: String, shape: [Int], _ initializer: Initializer
  ) -> Parameter {
    precondition(!declarations.contains { $0.name == name }, "parameter \(name) declared twice")
    let (rows, columns) = (shape.dropLast().reduce(1, *), shape.last ?? 1)
    // Each starts on a cache line, so that threads which update neighbours share none.
    let space = (rows * columns + 15) & ~15
    if isTraining { trainedSize += space } else { untrainedSize += space }
    let parameter = Parameter(
      offset: isTraining ? trainedSize - space : -untrainedSize, rows: rows, columns: columns)
    declarations.append(
      Declaration(
        name: name, shape: shape, initializer: initializer, parameter: parameter, group: group))
    return parameter
  }
}

/// All parameters of an agent in one piece of memory, under the reference's names.
package final class ParameterStore: Sendable {
  package struct Entry: Sendable {
    package let name: String
    /// Its place among all entries.
    let index: Int
    package let shape: [Int]
    package let parameter: Parameter
    /// Whose optimiser changes it.
    package let group: String
    /// Whether a gradient is kept for it.
    package var isTrained: Bool { parameter.isTrained }
    /// Whether it stays as it is all the same.
    package let isFrozen: Bool
    let initializer: Initializer
  }

  /// The group of parameters that are declared in none.
  package static let mainGroup = "model"

  package let entries: [Entry]
  /// Floats of gradient memory.
  package let trainedSize: Int
  private let storage: Storage

  /// - Parameter isFrozen: whether the parameter of a name stays as it is.
  package init(
    _ builder: ParameterBuilder, key: Key, isFrozen: (String) -> Bool = { _ in false }
  ) {
    entries = builder.declarations.enumerated().map {
      Entry(
        name: $1.name, index: $0, shape: $1.shape, parameter: $1.parameter, group: $1.group,
        isFrozen: isFrozen($1.name), initializer: $1.initializer)
    }
    trainedSize = builder.trainedSize
    storage = Storage(count: builder.size)
    for entry in entries {
      self[entry].copy(from: entry.initializer.draw(shape: entry.shape, key: key.fold(entry.name)))
    }
  }

  /// The memory of all parameters.
  package var values: Region { storage.region }

  /// The values of one.
  package subscript(entry: Entry) -> Region { self[entry.parameter] }

  /// The values of one.
  package subscript(parameter: Parameter) -> Region {
    let offset = parameter.offset
    return values.slice(
      parameter.isTrained ? offset : values.count + offset, count: parameter.count)
  }

  /// What gradients reach, frozen or not.
  package var trained: [Entry] { entries.filter(\.isTrained) }

  /// What the optimiser changes.
  package var learning: [Entry] { trained.filter { !$0.isFrozen } }

  /// Numbers that the optimiser changes.
  package var learningCount: Int { learning.reduce(0) { $0 + $1.parameter.count } }

  package func entry(named name: String) -> Entry? { entries.first { $0.name == name } }

  /// All of them, to save and to restore.
  package var tensors: [NamedTensor] { entries.map { ($0.name, $0.shape, self[$0]) } }
}

/// A tensor where it is in memory, under the name that files give it.
package typealias NamedTensor = (name: String, shape: [Int], values: Region)

extension SafeTensors {
  /// A file of tensors as they are now.
  package init(_ tensors: [NamedTensor]) {
    self.init()
    for (name, shape, values) in tensors {
      entries[name] = Entry(shape: shape, values: .float32(values.array))
    }
  }
}
