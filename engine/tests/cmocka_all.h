/* cmocka wants these before it, in this order. */
#ifndef INNERLOOP_TESTS_CMOCKA_ALL_H
#define INNERLOOP_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
