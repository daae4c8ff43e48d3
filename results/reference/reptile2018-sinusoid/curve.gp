# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'Reptile on sine waves in the settings of the authors'' demo script, 32 gradient steps on 10'."\n".'points' noenhanced
set xlabel 'training tasks'
set ylabel 'validation mse'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set logscale y
$band0 << END
2500,0.828505683,0.725292411,0.946406795
5000,0.417385521,0.39053377,0.446083504
7500,0.293385562,0.271479336,0.317059447
10000,0.23331256,0.21440016,0.253893237
12500,0.196635862,0.181909227,0.212554706
15000,0.177358783,0.16409141,0.191698869
17500,0.164789049,0.152858466,0.177650812
20000,0.155385686,0.144383712,0.167226005
22500,0.149453727,0.139620716,0.159979244
25000,0.145314808,0.135703794,0.155606507
27500,0.14314888,0.133689361,0.15327773
30000,0.14229309,0.132926085,0.152320168
END
$band1 << END
2500,0.185705987,0.17777744,0.193988134
5000,0.134004226,0.126673844,0.141758804
7500,0.119453499,0.107750212,0.132427937
10000,0.114245293,0.107691809,0.121197582
12500,0.107413305,0.10115554,0.114058194
15000,0.102885192,0.0978861534,0.108139532
17500,0.102460953,0.0952925905,0.110168554
20000,0.104332405,0.0952778423,0.114247451
22500,0.0958132147,0.0914688886,0.100363875
25000,0.0965399624,0.0919740067,0.10133259
27500,0.0979929171,0.0908430005,0.105705577
30000,0.0925266715,0.0862413038,0.0992701242
END
plot 'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '0') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '1') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '2') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '3') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '4') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '5') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '6') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '7') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '8') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '9') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'reptile', \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '3') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '4') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '5') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '6') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '7') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '8') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '9') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'maml'
