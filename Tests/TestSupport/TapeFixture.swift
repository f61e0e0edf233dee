import Autodiff
import Kernels

/// A tape with tracked inputs and with parameters of its own.
package final class TapeFixture {
  package let tape: Tape
  package let inputs: [Tensor]
  package let parameters: [Parameter]
  private let values: Storage
  private let gradients: Storage

  /// - Parameter point: the numbers of all inputs and then of all parameters.
  package init(inputs: [GradientCheck.Shape], parameters: [GradientCheck.Shape], point: [Float]) {
    let inputCount = inputs.reduce(0) { $0 + $1.rows * $1.columns }
    let poisoned = 1 << 14
    let arena = Arena(blockSize: poisoned)
    // Memory that nobody has written is not a number, so that reading it shows.
    arena.allocate(poisoned).fill(.nan)
    arena.reset()
    var offset = 0
    self.parameters = parameters.map { shape in
      defer { offset += shape.rows * shape.columns }
      return Parameter(offset: offset, rows: shape.rows, columns: shape.columns)
    }
    values = Storage(Array(point.dropFirst(inputCount)))
    gradients = Storage(count: values.region.count)
    let tape = Tape(arena: arena, values: values.region, gradients: gradients.region)
    self.tape = tape
    var rest = point.prefix(inputCount)
    self.inputs = inputs.map { shape in
      let tensor = tape.tensor(rows: shape.rows, columns: shape.columns, tracked: true)
      tensor.values.copy(from: rest.prefix(tensor.values.count))
      rest = rest.dropFirst(tensor.values.count)
      return tensor
    }
  }

  /// A tape on which tensors are made by hand.
  package convenience init() { self.init(parameters: []) }

  /// A tape with one parameter `[rows, columns]` for each list of numbers.
  package convenience init(parameters: [(rows: Int, columns: Int, values: [Float])]) {
    self.init(
      inputs: [], parameters: parameters.map { .init($0.rows, $0.columns) },
      point: parameters.flatMap(\.values))
    // Tensors outlive the last mention of their fixture.
    kept(tape.arena)
    kept(values)
    kept(gradients)
  }

  /// A tracked tensor of these values.
  package func tracked(_ values: [Float], rows: Int) -> Tensor {
    let tensor = tape.tensor(
      rows: rows, columns: values.count / max(rows, 1), tracked: true)
    tensor.values.copy(from: values)
    return tensor
  }

  /// An untracked region of these values.
  package func constants(_ values: [Float]) -> Region {
    tape.constant(values, rows: values.count, columns: 1).values
  }

  package func gradient(of parameter: Parameter) -> [Float] {
    gradients.region.slice(parameter.offset, count: parameter.count).array
  }

  /// The gradients of all inputs and then of all parameters.
  package var gradient: [Float] {
    inputs.flatMap(\.gradient.array) + gradients.region.array
  }
}
