# gnuplot curve.gp: draws curve.svg from curve.csv. Thin: a seed; thick: the mean over seeds (of errors: geometric);
# band: its 95 % interval (Student's t over seeds).
set terminal svg size 800,480 font 'sans,13' background 'white'
set output 'curve.svg'
set datafile separator ','
set datafile missing ''
set title 'Linear regression with known right answers, meta-learning against transfer learning and'."\n".'plain sequential steps' noenhanced
set xlabel 'training tasks'
set ylabel 'validation mse'
set logscale x
set format x '%.0s %c'
set autoscale xfix
set grid
set key outside right noenhanced
set logscale y
$band0 << END
800,0.166946139,0.163882161,0.170067403
1600,0.166792755,0.164786015,0.168823933
2400,0.166234342,0.162155586,0.170415691
3200,0.168307286,0.162339891,0.174494034
4000,0.167907415,0.162208172,0.173806903
4800,0.168806006,0.163560655,0.174219573
5600,0.168827967,0.16656232,0.171124432
6400,0.164882688,0.159362769,0.170593804
7200,0.171047483,0.166325589,0.17590343
8000,0.16677656,0.161768208,0.171939972
END
$band1 << END
800,0.16637547,0.162838343,0.169989429
1600,0.166998747,0.165432659,0.16857966
2400,0.166613083,0.162313741,0.171026304
3200,0.168006702,0.162163127,0.174060851
4000,0.167960189,0.162053872,0.174081772
4800,0.169268434,0.163614452,0.1751178
5600,0.16827981,0.166067042,0.170522062
6400,0.164989107,0.159145655,0.171047116
7200,0.171869888,0.167403502,0.176455438
8000,0.166884603,0.162370264,0.171524454
END
$band2 << END
800,0.169149616,0.161205065,0.177485691
1600,0.168965693,0.165014938,0.173011035
2400,0.16837434,0.163689777,0.173192968
3200,0.166948366,0.161776618,0.172285447
4000,0.168320257,0.163180524,0.173621877
4800,0.166765273,0.164010095,0.169566735
5600,0.160797643,0.157998088,0.163646803
6400,0.163623945,0.160791683,0.166506096
7200,0.16382807,0.161755854,0.165926832
8000,0.163153139,0.162474702,0.16383441
END
$band3 << END
800,0.164480621,0.159753117,0.169348024
1600,0.165991879,0.161520674,0.170586856
2400,0.164726098,0.162729495,0.166747198
3200,0.164316054,0.162432869,0.166221073
4000,0.170083198,0.162653049,0.177852765
4800,0.168057924,0.166919861,0.169203747
5600,0.16232667,0.158422849,0.166326687
6400,0.165107656,0.161034708,0.169283618
7200,0.17132303,0.159934045,0.183523031
8000,0.16670956,0.159727301,0.173997039
END
$band4 << END
200,0.227509406,0.165289171,0.313151367
400,0.243178919,0.185918073,0.318075513
600,0.256490024,0.187173492,0.35147676
800,0.260720337,0.204265185,0.332778659
1000,0.256849428,0.224065039,0.294430711
1200,0.262628554,0.213533418,0.323011537
1400,0.227063028,0.170643554,0.30213634
1600,0.279076749,0.235141886,0.331220579
1800,0.267599298,0.201800725,0.354851968
2000,0.221390743,0.178579542,0.274465152
END
plot 'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  'curve.csv' using ((strcol(1) eq 'maml' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 1 notitle, \
  $band0 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 1 notitle, \
  $band0 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 1 title 'maml', \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  'curve.csv' using ((strcol(1) eq 'fomaml' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 2 notitle, \
  $band1 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 2 notitle, \
  $band1 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 2 title 'fomaml', \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  'curve.csv' using ((strcol(1) eq 'reptile' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 3 notitle, \
  $band2 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 3 notitle, \
  $band2 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 3 title 'reptile', \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '0') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '1') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '2') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '3') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  'curve.csv' using ((strcol(1) eq 'finetune' && strcol(2) eq '4') ? $3 * 4 : NaN):6 with lines linewidth 0.5 linecolor 4 notitle, \
  $band3 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 4 notitle, \
  $band3 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 4 title 'finetune', \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '0') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 5 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '1') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 5 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '2') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 5 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '3') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 5 notitle, \
  'curve.csv' using ((strcol(1) eq 'sequential' && strcol(2) eq '4') ? $3 * 1 : NaN):6 with lines linewidth 0.5 linecolor 5 notitle, \
  $band4 using 1:3:4 with filledcurves fillstyle transparent solid 0.15 noborder linecolor 5 notitle, \
  $band4 using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.4 linecolor 5 title 'sequential'
