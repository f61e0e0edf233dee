/// Weights of windows, of which one is drawn in proportion to its weight, in logarithmic time.
///
/// Each node holds the sum of its two children, computed anew when one changes: so the tree is a
/// function of the weights alone. Infinite weights are counted apart; while there is one, a draw is
/// uniform among them.
package struct PriorityTree {
  private struct Node {
    var sum = 0.0
    var infinite = 0
  }

  /// The root is node 1, the children of node n are 2n and 2n + 1; the leaves are the last half.
  private var nodes: [Node] = Array(repeating: Node(), count: 32)

  package init() {}

  /// Leaves, a power of two.
  private var size: Int { nodes.count / 2 }

  /// Bytes of memory.
  var bytes: Int { nodes.count * MemoryLayout<Node>.stride }

  /// Sets the weight of a window by its number; those of `count` windows up to it are kept.
  package mutating func set(_ window: Int, _ weight: Float, among count: Int) {
    while count > size { grow(window) }
    var node = size + window & (size - 1)
    nodes[node] = weight.isFinite ? Node(sum: Double(weight)) : Node(infinite: 1)
    while node > 1 {
      node /= 2
      let (left, right) = (nodes[2 * node], nodes[2 * node + 1])
      nodes[node] = Node(sum: left.sum + right.sum, infinite: left.infinite + right.infinite)
    }
  }

  /// Twice the leaves: each window before `end` goes where its number puts it.
  private mutating func grow(_ end: Int) {
    let old = (0..<size).map { nodes[size + $0] }
    nodes = Array(repeating: Node(), count: nodes.count * 2)
    for window in max(0, end - old.count)..<end {
      nodes[size + window & (size - 1)] = old[window & (old.count - 1)]
    }
    for node in (1..<size).reversed() {
      let (left, right) = (nodes[2 * node], nodes[2 * node + 1])
      nodes[node] = Node(sum: left.sum + right.sum, infinite: left.infinite + right.infinite)
    }
  }

  /// Draws a leaf: the number of its window, modulo a power of two that is at least their count; nil
  /// where all weights are zero.
  ///
  /// - Parameter place: in 0..<1.
  package func draw(_ place: Double) -> Int? {
    let total = nodes[1]
    if total.infinite > 0 { return drawInfinite(Int(place * Double(total.infinite))) }
    guard total.sum > 0 else { return nil }
    var (node, rest) = (1, place * total.sum)
    while node < size {
      let left = nodes[2 * node].sum
      // Where rounding brought the rest beyond what is there, what is there is taken.
      if rest < left || nodes[2 * node + 1].sum == 0 {
        node = 2 * node
      } else {
        rest -= left
        node = 2 * node + 1
      }
    }
    return node - size
  }

  private func drawInfinite(_ position: Int) -> Int {
    var (node, rest) = (1, position)
    while node < size {
      let left = nodes[2 * node].infinite
      if rest < left {
        node = 2 * node
      } else {
        rest -= left
        node = 2 * node + 1
      }
    }
    return node - size
  }

  /// The window of a leaf, of those that came last before `end`.
  package func window(ofLeaf leaf: Int, before end: Int) -> Int {
    let last = end - 1
    return last - (last - leaf) & (size - 1)
  }
}
