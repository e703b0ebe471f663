"""Words that leaked passwords are made of, in German and English: lower case, umlauts written out.

Put together for Nahwerk from what the yearly reports on leaked passwords agree on. `passwords.py` finds them in any
upper case, with look-alike characters, with digits and signs around them, and repeated.
"""

COMMON = frozenset(
    """
    aaaa aabbcc abcabc abcd abcde abcdef abcdefg abcdefgh abcxyz abitur access accord acdc action active adler admin
    adminadmin administrator aeffchen aendermich aepfel affe africa ahmet airborne airbus airplane alex alexa
    alexander alexandra alexandre alexis ali allah alles amanda amazing amazon amber amen america american ananas
    andernach andre andrea andreas andrew android angel angela angeleyes angelface angelika angelina angeln angelo
    angels anja anmelden anmeldung anna annette annika anthony antonia antonio anybody apfel apollo apple april
    aragorn arbeit arbeiten arbeitsplatz arcor argentina arsch arschlecken arschloch arsenal artist asdasd asdasdasd
    asdf asdfasdf asdfgh asdfghjkl asdqwe ashley assassin asshole asterix athena atlantis audi audiquattro august
    austin australia austria auto autos autumn avengers awesome aylin ayse azerty babe baby babyangel babyblue babyboy
    babydoll babygirl babylove backspace backup badboy badgirl baer baerchen baerli bahnhof bailey ballet bambi banana
    bananas banane bananen bandit bank barbie barcelona bargeld bartsimpson baseball basketball bassguitar bastard
    batman battlefield baum bayern bayernmuenchen beach beachboy bear bears beatles beautiful beckham beer beerbeer
    beispiel believe bendorf benjamin benny benutzer benz berg berge berlin berlinberlin bernd bernhard besiktas
    bestfriend bestfriends bianca bible bienchen biene bier bierbier bigboss bigboy bigdaddy bigdick bigfoot bigmac
    bildschirm biologie birdie birgit birthday bismillah bitburger bitch bitches bitteaendern blabla blablabla black
    blackbelt blackbird blackblack blackcat blackjack blackpearl blackwhite blah blahblah blau bless blessed blessing
    blink blitz blowjob blue blueberry bluebird blueblue bluemchen bluesky blume blumen bmw bmwmpower bobmarley
    boehseonkelz boeing bond bonjour bonn bonnie booboo boomer borussia boss boston boxing boy boys bradley brandon
    brasil bratwurst brazil bremen brian brigitte britney britneyspears brittany broncos brooklyn brother brown
    brownie brownies bruder bubba bubblegum bubbles buddha buddy budweiser buero bugatti bulldog bulldogs bullshit
    bumblebee bunt burger business buster butter butterfly butthead bvb bvbborussia california callofduty calvin
    camaro camel canada candy cannabis captain caramel carina carmen carolin caroline carrera cars casper cassie cat
    catdog cats celtic champion champions chance change changeit changeme chargers charles charlie charlotte cheese
    cheeseburger cheesecake chef chelsea chelseafc chemie chemistry cherries cherry chevrolet chevy cheyenne chicago
    chicken china chocolate chopper chris christ christian christin christina christine christmas christoph
    christopher christus chucky church ciao cinderella cisco civic claudia clifford cobra cocacola cocaine cocktail
    coffee cola college colorado colors commander company compaq computer computers concrete connor contrasena cookie
    cookiemonster cookies cooper cornelia corona corvette counterstrike cowboys coworking coyote crazy crazygirl
    creative cricket crystal cuba currywurst cutie cutiepie cyber cycling dad daddy daimler daisy dakota dallas dance
    dancer dancing danger daniel daniela danielle danny darkangel darkknight darkness darling darthvader database
    david davidson debbie debian december default delfin dell delphin delphine demo demodemo dennis denver desire
    destiny detroit deutsch deutschland devil dezember diablo diamant diamond diamonds dick dieaerzte dienstag diesel
    dieter dietotenhosen digger digimon digital dingdong dirty disco doctor dodgers dog doggie doggy doggystyle dogs
    doktor dollar dollars dolphin dolphins dominic dominik domino donald donaldduck donner donnerstag dontforget doom
    doris dortmund drache drachen dragon dragonball dragonfly dragons dream dreamer dreaming dreams dresden drucker
    drugs drummer drums ducati duck ducky duke dumbledore dusty dvorak eagle eagles earth easter ebay eclipse effzeh
    egal eichhoernchen eifel einhorn einloggen einstein eintracht eis eisbaer eisenbahn eistee elefant element
    elephant elisabeth elizabeth elvis elvispresley elwood emerald emily eminem emma emre ende engel engelchen engele
    england englisch english ente enterprise erdbeere erdbeeren erde erik espana espresso eternal eternity euro europa
    europe euros eva everton evolution example excalibur explorer express extreme facebook fahrrad faith falcon
    falcons falke familie family fanta fantastic fantasy farmer father fatih fatma fcbayern fcbayernmuenchen fck
    fckoeln februar february feierabend fender fenerbahce ferien ferrari feuer feuerwehr feuerwerk fick fickdich
    ficken ficker finalfantasy fire firebird firefly fireman firma fisch fish fisher fishing flash flieger flipper
    florian florida flower flowers flugzeug fluss flyers foobar foobarbaz football ford fordmustang forest forever
    forget forgetit fortnite foster fotze fox foxy france frank frankfurt frankreich franziska freddy freedom freeman
    freenet freiheit freitag freude freund freunde freundin freundschaft friday frieden friedrich friend friends
    fritzbox frodo frog frosch froschkoenig frosty fruehling fuchs fuck fucker fuckme fuckoff fuckyall fuckyou fun
    funny fussball fussballgott futbol gabriel gabriela gabriele galatasaray galaxy game gameboy gameover gamer gamers
    games gaming gandalf gangsta gangster garden garfield garten gast gastzugang gateway gators geburtstag geheim
    geheimnis gehtlos geist geister gelb geld geldgeld gemini general genesis genie genius george gerhard german
    germany gestern gewinner ghost giants ginger giraffe girl girls gisela gitarre gizmo gladbach glaube glueck
    gluecklich gluecksklee gmail gmxde goalkeeper goblin god godbless godisgood godzilla gold goldberg golden
    goldfisch goldfish golf golfer golfgti golfing goofy google googlemail gordon gorgeous gothic gott gottistgut
    grace grandma grandprix green greenday gregory grizzly gruen gruessgott gryffindor guenther guest guinness guitar
    gummibaer gummibaerchen gunner gutenacht gutenmorgen gutentag gymnasium hacked hacker hackme haeschen haha hahaha
    hahahaha haifisch hakan halflife halleluja hallelujah hallihallo hallo hallodu halloechen hallohallo halloween
    hallowelt hamburg hamburgersv hammer hamster handball handy hannah hannes hannibal hannover hans hansi happiness
    happy happybirthday happyday harald hardcore hardrock hardware haribo harley harleydavidson harrypotter harvey
    hase hasenpfote hasi hasilein haslo hawaii hdgdl hdgdlfue heaven heavymetal hehe heike heiko heineken heinz
    heiraten helena helenefischer helga hellfire hello hellohello hellokitty helloworld helmut hendrix henry herbert
    herbst hercules hermione heroin herrderringe hertha herthabsc herz herzblatt herzchen herzilein hessen heute
    hewlett hexe hexenkessel highland hihi himbeere himmel hiphop hitman hobbit hochzeit hockey hoffnung hogwarts hoho
    hola holger holiday holidays hollywood homer homersimpson honda hondacivic honey honeybee honeybun hooters hope
    hornets horse horses horst hospital hotdog hotgirl hotmail hotrod hottie houston hsv huehnchen huendchen hugs huhn
    hulk hummel hund hunde hunsrueck hunter hurensohn ibiza ice icecream icecube icehockey icequeen ichhassedich
    ichliebdich ichliebedich idefix igel illusion iloveme iloveu iloveyou iloveyouforever iluvyou ily imagine immortal
    impala india indiana infinity ingrid insel inshallah instagram internet intranet intrepid invisible ipad iphone
    ireland ironmaiden ironman isabel isabell isabella island istanbul italia italien italy jackass jackdaniels
    jackson jacob jaeger jaguar jakob jamaica jamesbond jan jana janine januar january japan jasmin jasmine jason
    jasper jedi jeep jennifer jens jessica jessie jessy jesus jesuschrist jesuschristus jesusislord jesusloves
    jesuslovesme joachim job jobs johanna johannes john johnny johnson joker jonas jonathan jordan josef joseph joshua
    judo juergen juli julia julian juliane july june juni jupiter justin justine juventus kaefer kaese kaesekuchen
    kaetzchen kaffee kaffeetasse kaiserslautern karate karin karina kartoffel kartoffelbrei kartoffelsalat katana
    kater katharina kathrin katrin katze katzen kawasaki keineahnung keinpasswort keks kekse kennwort kerstin kevin
    keyboard killbill killer killerman killme kimberly kind kinder king kingkong kings kirche kirk kirsche kiss kisses
    kissme kitten kitty kittycat kiwi klasse klaus klavier kleeblatt knight knights knuddel koblenz koeln koenig
    koenigderloewen koenigin krankenhaus krieger krishna kristall krokodil kruemelmonster kuchen kuerbis kuesschen
    kuessmich kuschel kuschelbaer kuscheln kuss labrador ladies lady ladybug laecheln lakers lala lalala lalalala
    lamborghini laptop lars lasvegas latte laura lauren lavendel league leagueoflegends leather leckmich ledzeppelin
    legacy legend legolas lehrer leipzig lemon lena leon leonard leonie leopard letmein letmeinnow leverkusen liam
    liebe liebedich liebemich liebling liebste liebster lifehack lifetime lightning lila lilie lily linda lineage
    linkedin linkinpark linux lion lionking lisa little liverpool loewe login logmein lokomotive lollipop london
    lonely lonewolf longhorn looking lordoftherings los losangeles loser losungswort louisa love lovebug loveislove
    lovelove lovely loveme lover loveyou loveyouforever lucas lucky luckyone luisa lukas lukeskywalker lumberjack
    macbook maddog madison madonna maerz maeuschen maeusezahn magic magician magnum mai maifeld mainz mainznullfuenf
    malibu mallorca mama mami manager manchester manchesterunited mandy manfred mango manuel manuela manunited marco
    marcus maria marie marienkaefer marijuana marina marines mario marion markus marlboro marley marlin mars marshal
    martin martina maserati master mastermaster mathe mathias matrix matthew matthias maulwurf maus mausebaer
    mausezahn mausi maverick max maxi maximilian maxmustermann maxwell may mayen mayenkoblenz medizin meer megadeth
    mehmet meinefamilie meinkennwort meinpasswort meinschatz melanie melissa melon melone mendig mercedes mercedesbenz
    mercury merlin merrychristmas messi metal metallica mexico miami michael michaela michaeljackson michelle michi
    michigan mickey mickeymouse micky mickymaus microsoft midnight milch miller million millionaer millionaire
    minecraft minnie miriam missy mist mitchell mitternacht mittwoch moerder mohamed mohammed moin molly mom mond
    monday mondschein money monica monika monitor monkey monkeys monster monsters montag montana mookie moon moonlight
    morgan morgen moritz morpheus mosel moskau motdepasse mother motherfucker motocross motorbike motorcycle motorola
    motorrad mountain mountaindew mountains mouse muenchen muffin mummy munich murat murphy muschi music musicman
    musik mustafa mustang mustangs musterfrau mustermann mustermax mutter mutti mylove mypassword myspace mysql
    mystery nadine nadja nascar natalie natascha natasha nathalie natur nature navy nebraska nemo neo neptun netflix
    network netzwerk neuespasswort neustart newlife newpassword newton newyork newyorkcity nicholas nichts nico
    nicolas nicole nightmare niklas nina ninja ninjas nintendo nirvana nobody nokia nopassword norbert nothing
    november nudeln nudelsuppe nuernberg number numberone nummereins nurse nutella oakland obelix oblivion ocean
    october odyssey oeffnedich oesterreich office ohnepasswort oktober olaf oldschool oliver olivia oma onkelz opa
    opel opensesame oracle orange oranges original osterhase ostern outlaw outlook oxford pacific packard packers
    paladin panama panther panzer papa papi paradies paradise paradox paris parker parola pascal pass passat passion
    passme passpass passphrase passwd password passwordpassword passwords passwort passwortpasswort patricia patrick
    patriots patrizia paul paula pauline paypal peace peach peaches peanut peanutbutter pearl pebbles pellenz penelope
    penguin penis pepper pepsi perfect perle perry peter petra peugeot pfalz pferd pferdchen pferde pfirsich philipp
    phillip phoenix phone piano pikachu pilot pimmel pineapple pingpong pinguin pink pinkfloyd pinkpanther pinky pirat
    pirate piraten pirates pizza pizzapizza planet platinum playboy player players playgirl playstation playtime
    please pluto poison pokemon polch polen police polizei polo polska pony pooh poohbear pookie popcorn popeye porn
    porno pornos porsche porschecarrera portugal poseidon postgres postgresql power powerful powerranger prayer
    predator premium pretty prettygirl prince princess printer prinz prinzessin profile prometheus pubg pumpkin punk
    punkrock puppy purple purpledragon pussy pussycat pyramid qaywsx qayxsw qazwsx qazwsxedc quality quattro queen
    qweasd qweasdzxc qweqwe qwerasdf qwerqwer qwert qwerty qwertyu qwertyuiop qwertz qwertzuiop rabbit rabe race racer
    rachel racing radfahren radiohead raiders rain rainbow rainer ralf rambo rammstein ramona rangers rapper raucher
    raven ravens realmadrid rebecca rebel red redbull reddragon redhead redsox redwings regen regenbogen reggae regina
    reiten remember renate renault renegade revolution rhapsody rhein rheinland rheinlandpfalz rheinmosel rich richard
    ritter river robert roberto robin roblox robocop rock rocket rocknroll rockon rockstar rocky roland rollingstones
    ronald ronaldo rooster root rootroot rosa rose rosebud rosemarie rosen rot rotwein router royal ruby ruediger
    runner rush russell russia russland saarland sabine sabrina sachsen sailor salasana sam samantha sample samson
    samstag samsung samuel samurai sandman sandra sandy santa santaclaus saphir sarah sascha saturday saturn saxophone
    scarface schaetzchen schalke schalkenullvier schatten schatz schatzi schatzii scheiss scheissdreck scheisse
    scheissegal schildkroete schlagzeug schlampe schmetterling schmetterlinge schmusebaer schnee schneeflocke
    schneemann schneewittchen schnitzel schnuckel schnuckelchen schnucki schnuffel schnuffelchen schnuffi schokolade
    school schreibtisch schreibtische schule schwanz schwarz schwarzweiss schweiz schwester schwimmen science scirocco
    scooby scoobydoo scorpio scorpion scott script sean seattle sebastian sebastien secret secure security see senha
    september sergeant server servus sesam sesamoeffnedich sexsex sexy sexyboy sexygirl shadow shark shit shrek sicher
    sicherheit sieger siemens sierra sifre sifremsifre silber silence silver silvester silvia simon simone simpson
    simpsons singer singing sister skateboard skater skippy skoda skorpion skywalker slayer slipknot slytherin smile
    smiley smoke smokey smoking snapchat snickers sniper snoopy snow snowball snowboard snowflake snowman soccer
    softball software sohn soldat soldier somebody sommer sommerferien sommersonne sommerzeit sonic sonja sonnabend
    sonne sonnenblume sonnenblumen sonnenschein sonnenuntergang sonntag sooners sophia sophie space spaetzchen
    spaghetti spain spanien spanky sparky spartan spartans spass spatz spatzl special spectrum speedy spider spiderman
    spinne spinnen spirit spitfire spock sponge spongebob spotify spring sprite squirrel stallion standard star
    starcraft stargate starlight stars start starten startrek starwars station steelers stefan stefanie steffen steffi
    stella stephan stephanie stephen sterling stern sternchen sterne sternenhimmel sternschnuppe steven stinky stoner
    storm stpauli strand strange strawberry strike student students studium stupid sturm stuttgart success sugar
    summer summerlove summertime sundance sunday sunflower sunny sunrise sunset sunshine superfly supergeheim
    supergirl superhero superman supermario superpower superstar superuser surfer surfing susanne susi suzuki sven
    svenja sweet sweetheart sweetie sweetness sweetpea sweets sweety swimming sydney sylvia sysadmin system tamara
    tanja tanzen tarzan tastatur tatjana taurus taylor teacher techno teddy teddybaer teddybear tee telefon telekom
    telephone temple tennis tequila terminator tesla test testament tester testing testpass testpassword testpasswort
    testtest testuser tetris teufel teufelchen teufelin texas thebest theboss thegame theking theman theresa thomas
    thor thorsten thueringen thunder thunderbird thursday tiger tigerente tigers tigger tiktok tina tinker tinkerbell
    titanic titanium titten tobias tochter today together tokiohotel tokyo tomate tomaten tommy tomorrow toor
    topsecret torsten torte torwart totenhosen toyota traeume trallala traube traum traumfrau traumhaft traummann tree
    trinity trojan trompete trouble truck trucker truelies truelove trustno trustnoone tschuess tschuessi tucker
    tuerkei tuesday tulpe turbo turkey turkiye turnen turtle turtles tusskoblenz tweetie tweety twilight twitter tyler
    ubuntu ulrich ulrike ultimate undertaker unicorn unionberlin unitedstates universe universitaet university
    universum unknown urlaub ursula usa user username uwe vacation vader valentin valentina valentine valhalla
    vallendar vampir vampire vampires vanessa vanilla vater vati vegas velvet venus verdammt verena vergessen vergiss
    vergissmeinnicht verlierer veronika verrueckt vertigo vfbstuttgart victor victoria victory viking vikings viktoria
    violet viper virgin virginia virus vision vodafone vodka voldemort volkswagen volleyball voodoo vordereifel
    voyager vwgolf wachtwoord wald walter wandern warcraft warlock warrior warriors wasd washington wasser water
    weasel webde wednesday weed weekend weihnacht weihnachten weihnachtsmann wein weiss weissenthurm weissnicht
    weisswein welcome welcomeback welt weltall weltmeister weltreise werder werderbremen werner western westerwald
    whatever whatsapp whatthehell whiskey whisky white whore wichser wien wiese wifi wifipassword wildcat wildcats
    william willie willkommen willow wind windows windsurf winner winners winnie winniepooh winston winter winterwald
    winterzeit wireless wixer wizard wlan wlanpasswort wochenende wodka woelfe wolf wolfgang wolfram wolke wolkenlos
    wolverine wolves wonder wonderful wonderwoman woodland work working world worldofwarcraft wrestler wrestling
    writer wurst wurstbrot xbox xmas xxxx xyzxyz yahoo yamaha yankee yankees yasmin yellow yellowstone yesterday yoda
    yoga young yourpassword youtube yvonne yxcvbnm zachary zaqwsx zaqxsw zauber zauberer zebra zelda zeppelin zeus
    zitrone zodiac zombie zombies zorro zucker zuerich zugang zutritt zwillinge zxcvbnm zzzz
    """.split()  # noqa: SIM905
)
