# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'MAML and pretraining on sine waves, 5 shots, in the full protocol of the paper' noenhanced
set xlabel 'training tasks'
set ylabel 'validation mse'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set logscale y
$band0 << END
END
$band1 << END
125000,0.891822558,0.635875435,1.25079132
250000,0.571744017,0.502896389,0.650017038
375000,0.493504744,0.436367972,0.558122841
500000,0.443671257,0.394234281,0.49930763
625000,0.436209226,0.399071957,0.476802456
750000,0.403821677,0.360129926,0.452814206
875000,0.396385379,0.354488994,0.443233418
1000000,0.387514119,0.343284619,0.437442241
1125000,0.382649505,0.338285648,0.432831378
1250000,0.372158376,0.335356675,0.412998658
1375000,0.370259302,0.330077063,0.415333163
1500000,0.363999661,0.322966188,0.410246515
1625000,0.355376622,0.313344624,0.403046785
1750000,0.347015838,0.301895063,0.398880295
END
$band2 << END
125000,1.14817635,0.869818114,1.51561449
250000,1.48049056,0.525235786,4.17308256
375000,1.02320557,0.592221702,1.76783398
500000,0.748584914,0.642752457,0.871843222
625000,0.708797473,0.603122607,0.83298794
875000,0.571714738,0.52802217,0.619022762
1000000,0.567704508,0.514235708,0.626732845
1125000,0.553118798,0.486763701,0.62851935
1250000,0.540889433,0.487083863,0.600638617
1375000,0.507594058,0.46143347,0.558372431
1500000,0.46899456,0.413038159,0.532531662
1625000,0.511888575,0.447220845,0.585907199
1750000,0.527439796,0.463815366,0.599791983
END
$band3 << END
125000,2.52863946,2.19891348,2.90780769
250000,2.49064157,2.14702305,2.88925424
375000,2.46623474,2.20269432,2.76130634
500000,2.46313464,2.21253709,2.7421155
625000,2.44760709,2.15164406,2.78428044
750000,2.4684072,2.20375625,2.76484031
875000,2.45447753,2.17528481,2.769504
1000000,2.46689282,2.20629967,2.75826546
1125000,2.4366448,2.1843137,2.7181251
1250000,2.45857651,2.2038822,2.74270486
1375000,2.46855306,2.21817889,2.74718791
1500000,2.46930247,2.22387126,2.74182
1625000,2.48258452,2.24837628,2.7411897
1750000,2.49416098,2.2406463,2.7763592
END
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '5') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '6') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '7') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '8') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '9') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '5') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '6') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '7') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '8') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml-code' && strcol(2) eq '9') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'maml-code', \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '5') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '6') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '7') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '8') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '9') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  $band2 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 3 notitle, \
  $band2 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 3 title 'fomaml', \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '0') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '1') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '2') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '3') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '4') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '5') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '6') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '7') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '8') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '9') ? $3 * 25 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  $band3 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 4 notitle, \
  $band3 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 4 title 'finetune'
