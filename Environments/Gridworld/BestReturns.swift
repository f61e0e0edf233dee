/// The mean return of the shortest solutions of a thousand layouts: the best that an agent can earn
/// that knows the layout; one that must search earns less. Balls that move by themselves are left
/// out, so that where they are it is a bound.
///
/// `EnvironmentTests` computes the same numbers from the same layouts, and says which are wrong.
enum BestReturns {
  static let byName: [String: Double] = [
    "Empty-5x5": 0.955, "Empty-6x6": 0.9562, "Empty-8x8": 0.9613, "Empty-16x16": 0.9763,
    "Empty-Random-5x5": 0.9686, "Empty-Random-6x6": 0.972, "FourRooms": 0.8554,
    "DoorKey-5x5": 0.9648, "DoorKey-6x6": 0.9695, "DoorKey-8x8": 0.9766, "DoorKey-16x16": 0.9882,
    "LavaGapS5": 0.9463, "LavaGapS6": 0.9484, "LavaGapS7": 0.9523, "LavaCrossingS9N1": 0.9605,
    "LavaCrossingS9N2": 0.9552, "LavaCrossingS9N3": 0.9539, "LavaCrossingS11N5": 0.9598,
    "SimpleCrossingS9N1": 0.9605, "SimpleCrossingS9N2": 0.9552, "SimpleCrossingS9N3": 0.9539,
    "SimpleCrossingS11N5": 0.9598, "DistShift1": 0.9536, "DistShift2": 0.9607,
    "Dynamic-Obstacles-5x5": 0.955, "Dynamic-Obstacles-6x6": 0.9562,
    "Dynamic-Obstacles-8x8": 0.9613, "Dynamic-Obstacles-16x16": 0.9763,
    "Dynamic-Obstacles-Random-5x5": 0.9686, "Dynamic-Obstacles-Random-6x6": 0.972,
    "MemoryS7": 0.9834, "MemoryS9": 0.9878, "MemoryS11": 0.9903, "MemoryS13": 0.992,
    "MemoryS13Random": 0.9937, "MemoryS17Random": 0.9957, "MultiRoom-N2-S4": 0.8432,
    "MultiRoom-N4-S5": 0.77, "MultiRoom-N6": 0.6508, "KeyCorridorS3R1": 0.9511,
    "KeyCorridorS3R2": 0.9387, "KeyCorridorS3R3": 0.9316, "KeyCorridorS4R3": 0.948,
    "KeyCorridorS5R3": 0.9585, "KeyCorridorS6R3": 0.9654, "Unlock": 0.9706, "UnlockPickup": 0.9485,
    "BlockedUnlockPickup": 0.9645, "RedBlueDoors-6x6": 0.9841, "RedBlueDoors-8x8": 0.988,
    "LockedRoom": 0.8134,
  ]
}
