# gnuplot curve.gp: draws curve.svg from curve.csv
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'omniglot-5way-5shot-mlp' noenhanced
set xlabel 'training tasks'
set ylabel 'validation accuracy'
set logscale x
set format x '%.0s %c'
set grid
set key outside right noenhanced
set yrange [:1]
set key bottom
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 32 : NaN):6 with linespoints pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 32 : NaN):6 with linespoints pointsize 0.4 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 32 : NaN):6 with linespoints pointsize 0.4 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '0') ? $3 * 32 : NaN):6 with linespoints pointsize 0.4 linecolor 2 title 'fomaml', \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '1') ? $3 * 32 : NaN):6 with linespoints pointsize 0.4 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '2') ? $3 * 32 : NaN):6 with linespoints pointsize 0.4 linecolor 2 notitle
