import Autodiff
import Kernels
import NeuralNetworks

/// What a peer's file gives, on a tape of its own: one for each result whose gradients are compared.
///
/// ``PeerComparison/makeTape(parameters:)`` makes it and holds it.
final class PeerTape {
  let tape: Tape
  private let file: PeerFile
  private let values: Storage
  private let parameterGradients: Storage
  private var parameters: [(key: String, shape: [Int], parameter: Parameter)] = []
  private var inputs: [(key: String, shape: [Int], tensor: Tensor)] = []

  init(_ file: PeerFile, parameters keys: [String]) throws {
    self.file = file
    var numbers: [Float] = []
    for key in keys {
      let shape = try Self.matrixShape(key, file)
      let (rows, columns) = (shape.count == 2 ? shape[0] : 1, shape[shape.count - 1])
      let parameter = Parameter(offset: numbers.count, rows: rows, columns: columns)
      parameters.append((key, shape, parameter))
      numbers += try file.floats(key, shape)
    }
    values = Storage(numbers)
    parameterGradients = Storage(count: numbers.count)
    tape = Tape(
      arena: Arena(blockSize: 1 << 16), values: values.region,
      gradients: parameterGradients.region)
  }

  private static func matrixShape(_ key: String, _ file: PeerFile) throws -> [Int] {
    let axes = try file.tensors.entry(key, of: file.name).shape.count
    return try file.shape(key, axes: axes == 1 ? 1 : 2)
  }

  /// A parameter of the shape that what is around it asks for.
  func parameter(_ key: String, _ shape: [Int]) throws -> Parameter {
    guard let found = parameters.first(where: { $0.key == key }) else {
      throw file.error("there is no tensor \(key)")
    }
    guard found.shape == shape else {
      throw file.error("\(key) has shape \(found.shape) instead of \(shape)")
    }
    return found.parameter
  }

  /// A tensor whose gradient is wanted, the same each time: its numbers as `rows` rows.
  func tracked(_ key: String, _ shape: [Int], rows: Int) throws -> Tensor {
    if let known = inputs.first(where: { $0.key == key }) { return known.tensor }
    let tensor = tracked(try file.floats(key, shape), rows: rows)
    inputs.append((key, shape, tensor))
    return tensor
  }

  /// A tensor of numbers that are not a file's as they stand there.
  func tracked(_ numbers: [Float], rows: Int) -> Tensor {
    let tensor = tape.tensor(rows: rows, columns: numbers.count / max(rows, 1), tracked: true)
    tensor.values.copy(from: numbers)
    return tensor
  }

  func constant(_ key: String, _ shape: [Int], rows: Int) throws -> Tensor {
    constant(try file.floats(key, shape), rows: rows)
  }

  func constant(_ numbers: [Float], rows: Int) -> Tensor {
    tape.constant(numbers, rows: rows, columns: numbers.count / max(rows, 1))
  }

  /// The same number everywhere.
  func filled(_ number: Float, rows: Int, columns: Int) -> Tensor {
    let tensor = tape.tensor(rows: rows, columns: columns, tracked: false)
    tensor.values.fill(number)
    return tensor
  }

  /// What a sweep has left at all parameters and inputs.
  var gradients: [(key: String, shape: [Int], gradient: [Float])] {
    parameters.map { key, shape, parameter in
      (key, shape, parameterGradients.region.slice(parameter.offset, count: parameter.count).array)
    } + inputs.map { ($0.key, $0.shape, $0.tensor.gradient.array) }
  }
}
