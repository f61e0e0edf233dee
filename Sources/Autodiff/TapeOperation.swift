/// Something that was done on a tape, and how a sweep goes back over it.
///
/// An operation is made in three steps, in any module: a method of ``Tape`` computes the result into a
/// tensor of the tape, it puts what the way back needs into a value of a type of its own, and hands that
/// to ``Tape/record(_:)``. The value names regions of the tape's arena; it owns no memory, so that a
/// steady step allocates nothing.
///
/// The contract of a pullback: the gradient of the operation's result is complete when its turn comes.
/// It *adds* to the gradients of what the operation read, for others may have read that too, and leaves
/// untracked tensors alone (their gradient is empty). Whatever else it takes from the arena it gives
/// back.
package protocol TapeOperation {
  func pullback(_ tape: Tape)
}

/// Operations in the order in which they were recorded, those of each type in an array of their own.
///
/// An array of existential values would put every value that is larger than three words into a box of
/// its own, an allocation for each operation of each step.
struct OperationRecord {
  /// For each operation, the number of the stack that has it.
  private var order: [Int32] = []
  private var stacks: [any OperationStack] = []
  private var numbers: [ObjectIdentifier: Int32] = [:]

  var count: Int { order.count }

  mutating func append<Recorded: TapeOperation>(_ operation: Recorded) {
    let number = numbers[ObjectIdentifier(Recorded.self)] ?? addStack(of: Recorded.self)
    guard let stack = stacks[Int(number)] as? TypedOperationStack<Recorded> else {
      preconditionFailure("stack \(number) holds no \(Recorded.self)")
    }
    stack.operations.append(operation)
    order.append(number)
  }

  private mutating func addStack<Recorded: TapeOperation>(of type: Recorded.Type) -> Int32 {
    let number = Int32(stacks.count)
    stacks.append(TypedOperationStack<Recorded>())
    numbers[ObjectIdentifier(type)] = number
    return number
  }

  /// Takes the newest operation away.
  ///
  /// - Returns: what goes back over it.
  mutating func removeLast() -> any OperationStack { stacks[Int(order.removeLast())] }

  /// Forgets all operations and keeps their memory.
  mutating func removeAll() {
    order.removeAll(keepingCapacity: true)
    for stack in stacks { stack.removeAll() }
  }
}

/// The operations of one type.
protocol OperationStack: AnyObject {
  /// Takes the newest operation away and goes back over it.
  func pullBackLast(_ tape: Tape)
  func removeAll()
}

private final class TypedOperationStack<Recorded: TapeOperation>: OperationStack {
  var operations: [Recorded] = []

  func pullBackLast(_ tape: Tape) { operations.removeLast().pullback(tape) }
  func removeAll() { operations.removeAll(keepingCapacity: true) }
}
