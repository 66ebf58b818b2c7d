// Pointwise operators.
#include "shim.h"

using toco::bound;
using toco::scalar;

#define TT_UNARY(name) TT_GIVE(tt_##name, (tt_tensor self), at::name(self->value))
#define TT_BINARY(name) \
  TT_GIVE(tt_##name, (tt_tensor self, tt_tensor other), at::name(self->value, other->value))
#define TT_SCALAR(name) \
  TT_GIVE(tt_##name##_scalar, (tt_tensor self, double value), \
          at::name(self->value, scalar(value, self->value)))

TT_BINARY(add)
TT_BINARY(sub)
TT_BINARY(mul)
TT_BINARY(div)
TT_BINARY(maximum)
TT_BINARY(minimum)
TT_BINARY(pow)
TT_BINARY(eq)
TT_BINARY(ne)
TT_BINARY(lt)
TT_BINARY(le)
TT_BINARY(gt)
TT_BINARY(ge)
TT_BINARY(logical_and)
TT_BINARY(logical_or)

TT_SCALAR(add)
TT_SCALAR(sub)
TT_SCALAR(mul)
TT_SCALAR(div)
TT_SCALAR(pow)
TT_SCALAR(eq)
TT_SCALAR(ne)
TT_SCALAR(lt)
TT_SCALAR(le)
TT_SCALAR(gt)
TT_SCALAR(ge)
TT_GIVE(tt_rsub_scalar, (tt_tensor self, double value),
        at::rsub(self->value, scalar(value, self->value)))

TT_UNARY(neg)
TT_UNARY(abs)
TT_UNARY(exp)
TT_UNARY(log)
TT_UNARY(sqrt)
TT_UNARY(square)
TT_UNARY(sin)
TT_UNARY(cos)
TT_UNARY(tanh)
TT_UNARY(sigmoid)
TT_UNARY(log_sigmoid)
TT_UNARY(relu)
TT_UNARY(gelu)
TT_UNARY(floor)
TT_UNARY(round)
TT_UNARY(trunc)
TT_UNARY(logical_not)
TT_UNARY(isnan)

TT_GIVE(tt_clamp, (tt_tensor self, double low, double high),
        at::clamp(self->value, bound(low, self->value), bound(high, self->value)))
TT_GIVE(tt_where, (tt_tensor condition, tt_tensor self, tt_tensor other),
        at::where(condition->value, self->value, other->value))
TT_GIVE(tt_masked_fill, (tt_tensor self, tt_tensor mask, double value),
        at::masked_fill(self->value, mask->value, scalar(value, self->value)))
