// All kernels, compiled once for each instruction set. The includer defines CK(name), which adds the
// set's suffix, and the register tile of the convolutions.
#include "CKernels.h"
#include "activation.h"
#include "vector.h"

#include "dense.h"
#include "half.h"
#include "losses.h"
#include "lanes.h"
#include "planar_images.h"
#include "product.h"
#include "sparse_product.h"

#define KERNEL(result, name, arguments) .name = CK(name),
const ck_kernels CK(ck_table) = {
#include "dense.def"
#include "losses.def"
#include "lanes.def"
#include "planar.def"
#include "product.def"
};
#undef KERNEL
