/* The scalar type of tensors: float, or double when the sources are compiled a second time with IL_REAL_IS_DOUBLE (the
 * library behind `innerloop prove` and the gradient tests, and plug-ins that are to be proved). Statistics and clocks
 * are always double. */
#ifndef INNERLOOP_REAL_H
#define INNERLOOP_REAL_H

#ifdef IL_REAL_IS_DOUBLE
#include "innerloop/double_names.h"
typedef double real;
#define IL_REAL_NAME "double"
#else
typedef float real;
#define IL_REAL_NAME "float"
#endif

#endif
