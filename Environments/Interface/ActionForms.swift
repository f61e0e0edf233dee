/// The forms of an action besides ``Action`` itself: as replay and files store it, and as networks see it.
extension ActionSpace {
  /// A: the width of an action as networks see it (one-hot where it is discrete).
  public var width: Int {
    switch self {
    case .discrete(let count): count
    case .continuous(let low, _): low.count
    }
  }

  /// Numbers that a stored action takes: a class number, or a vector.
  public var storedCount: Int {
    switch self {
    case .discrete: 1
    case .continuous(let low, _): low.count
    }
  }

  /// An action as replay stores it; zeros in the place of none.
  public func stored(_ action: Action?) -> [Float] {
    switch action {
    case .discrete(let number): [Float(number)]
    case .continuous(let vector): vector
    case nil: Array(repeating: 0, count: storedCount)
    }
  }

  /// An action as networks see it, A numbers.
  public func networkRow(_ action: Action) -> [Float] {
    switch (self, action) {
    case (.discrete(let count), .discrete(let number)): (0..<count).map { $0 == number ? 1 : 0 }
    default: stored(action)
    }
  }

  /// The action that is such a row.
  public func action(_ row: [Float]) -> Action {
    switch self {
    case .discrete: .discrete(row.firstIndex(of: 1) ?? 0)
    case .continuous: .continuous(row)
    }
  }
}
