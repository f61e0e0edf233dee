import ImageKernels
import Kernels

/// A flat record of operations, swept backwards.
///
/// Each operation is a plain value that names the regions it worked on (see ``TapeOperation``), and
/// operations of one type stand in one array, so recording allocates nothing once the tape has reached
/// its length. A tape belongs to one shard and thread: it shares the parameters' values and owns (with
/// its shard) their gradients.
package final class Tape {
  /// The memory of all tensors of this tape.
  package let arena: Arena
  let parameterValues: Region
  let parameterGradients: Region
  package private(set) var isRecording = true

  private var operations = OperationRecord()
  /// Multiply-adds of linear layers and convolutions since the last reset, forward and backward, those
  /// with the zeros of sparse tensors among them.
  package internal(set) var multiplyAdds = 0
  // What images keep for a sweep; see there.
  var imageGradients: [Region] = []
  var packedKernels: [PackedKernelKey: Convolution.PackedKernel] = [:]
  let packedKernelArena = Arena(blockSize: 1 << 14)
  let packedFrames = Arena(blockSize: 1 << 14)
  var imageMark: Arena.Mark?
  /// The first image whose gradient outlives what is swept now, and what that was before.
  var firstImage = 0
  var outerFirstImage = 0

  // Where segments have their gradients; see there.
  let segmentGradients = Arena()
  var isInSegment = false

  // What linear layers keep for a sweep; see there.
  var products: [WeightProduct] = []
  var productTargets: [WeightBlocks] = []
  var joined = TransposedProduct()
  /// Each weight's transpose stands where the weight stands among the parameters.
  let transposes: Region
  var transposed: Set<Parameter> = []
  private let transposeMemory: Storage
  private var unread = Storage(count: 0)

  /// - Parameters:
  ///   - values: the memory of all parameters: the trained ones from its start on, the others back from its
  ///     end.
  ///   - gradients: as long as the trained parameters; sweeps add to it.
  package init(arena: Arena, values: Region, gradients: Region) {
    self.arena = arena
    parameterValues = values
    parameterGradients = gradients
    transposeMemory = Storage(count: gradients.count)
    transposes = transposeMemory.region
  }

  // MARK: tensors

  /// A tensor of undefined values, with zero gradient where it is tracked.
  package func tensor(rows: Int, columns: Int, tracked: Bool) -> Tensor {
    Tensor(
      values: arena.allocate(rows * columns),
      gradient: tracked && isRecording ? allocateGradient(rows * columns) : .empty,
      rows: rows, columns: columns)
  }

  /// A gradient that is zero when the sweep comes to it.
  func allocateGradient(_ count: Int) -> Region {
    isInSegment ? segmentGradients.allocate(count) : arena.allocateZeros(count)
  }

  /// An untracked tensor with these values.
  package func constant(_ values: [Float], rows: Int, columns: Int) -> Tensor {
    let tensor = tensor(rows: rows, columns: columns, tracked: false)
    tensor.values.copy(from: values)
    return tensor
  }

  /// An untracked tensor of zeros.
  package func zeros(rows: Int, columns: Int) -> Tensor {
    Tensor(values: arena.allocateZeros(rows * columns), rows: rows, columns: columns)
  }

  package func values(of parameter: Parameter) -> Region {
    let start = parameter.isTrained ? parameter.offset : parameterValues.count + parameter.offset
    return parameterValues.slice(start, count: parameter.count)
  }

  /// The parameter's gradient, empty while nothing is recorded.
  func gradient(of parameter: Parameter) -> Region {
    isRecording ? trainedGradient(of: parameter) : .empty
  }

  /// The parameter's gradient; memory that nobody reads, where none is kept for it.
  func trainedGradient(of parameter: Parameter) -> Region {
    if parameter.isTrained {
      return parameterGradients.slice(parameter.offset, count: parameter.count)
    }
    if unread.region.count < parameter.count { unread = Storage(count: parameter.count) }
    return unread.region.slice(0, count: parameter.count)
  }

  // MARK: recording

  /// Keeps an operation for the sweep, where the tape is recording.
  package func record(_ operation: some TapeOperation) {
    if isRecording { operations.append(operation) }
  }

  /// Runs `body` without recording: its results are constants.
  package func withoutRecording<Result>(_ body: () throws -> Result) rethrows -> Result {
    let wasRecording = isRecording
    isRecording = false
    defer { isRecording = wasRecording }
    return try body()
  }

  /// Runs `body` without recording and takes back the memory that it used: its results are to be
  /// copied out.
  package func transiently(_ body: () -> Void) {
    let mark = arena.mark
    withoutRecording(body)
    arena.rewind(to: mark)
  }

  /// Operations that are recorded now.
  package var recordedCount: Int { operations.count }

  /// Sweeps operations backwards from the gradients that the caller has put into the results, and
  /// forgets them.
  ///
  /// - Parameter first: how many, the oldest, are left for a later call.
  package func backward(keeping first: Int = 0) { sweep(from: first) }

  /// Runs `body`, sweeps back at once over what it recorded, and takes its memory back.
  ///
  /// For parts of the loss whose gradients need nothing that comes later: only one such part is in
  /// memory at a time. `body` puts gradients into its results itself.
  package func detour(_ body: () throws -> Void) rethrows {
    let (start, mark, outer) = (operations.count, arena.mark, firstImage)
    firstImage = imageGradients.count
    try body()
    if isRecording { sweep(from: start) }
    imageGradients.removeSubrange(firstImage...)
    firstImage = outer
    arena.rewind(to: mark)
  }

  private func sweep(from start: Int) {
    while operations.count > start { operations.removeLast().pullBackLast(self) }
    multiplyPendingProducts()
  }

  /// Forgets everything and takes the arena's memory back.
  package func reset() {
    operations.removeAll()
    products.removeAll(keepingCapacity: true)
    transposed.removeAll(keepingCapacity: true)
    imageGradients.removeAll(keepingCapacity: true)
    firstImage = 0
    packedKernels.removeAll(keepingCapacity: true)
    packedKernelArena.reset()
    multiplyAdds = 0
    arena.reset()
  }
}
