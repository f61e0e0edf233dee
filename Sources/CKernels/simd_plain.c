// The kernels for any machine.
#define CK(name) name##_plain
#define CK_TILE_PIXELS 1
#define CK_TILE_CHANNELS 2
#define CK_TILE_TAPS 1
#define CK_TILE_GRADIENTS 2
#define CK_PRODUCT_ROWS 2
#define CK_PRODUCT_VECTORS 1
#include "kernels.h"
