// The kernels for any machine.
#define CK(name) name##_plain
#define CK_TILE_PIXELS 1
#define CK_TILE_CHANNELS 2
#include "kernels.h"
