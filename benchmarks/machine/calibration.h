/* Two loops that never change, timed beside every measurement of the gate: if they scatter, the machine does. Not a
 * correction: only used to tell a quiet machine from a busy one. */
#ifndef INNERLOOP_BENCHMARKS_CALIBRATION_H
#define INNERLOOP_BENCHMARKS_CALIBRATION_H

/* CPU seconds of a chain of dependent multiply-adds in registers (about 5 ms), and of a triad a = b + s c over memory
 * larger than a second-level cache. -1: out of memory. */
double bench_calibrate_chain(void);
double bench_calibrate_triad(void);

/* CPU seconds of this process. */
double bench_cpu_seconds(void);

#endif
