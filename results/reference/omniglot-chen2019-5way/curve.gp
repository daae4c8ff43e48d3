# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'Transfer learning on Omniglot, 5-way, on the split by alphabet' noenhanced
set xlabel 'training tasks'
set ylabel 'validation accuracy'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set yrange [:1]
set key bottom
plot 'curve.csv' using ((strcol(1) eq 'transfer' && strcol(2) eq '0') ? $3 * 1 : NaN):6 with linespoints pointtype 7 pointsize 0.4 linecolor 1 title 'transfer', \
  1.0/5 with lines dashtype 2 linecolor 'gray40' title 'chance'
